import {
  type ByteSource,
  fileSource,
  isSafetensorsError,
  parsePythonJson,
  whatElse,
} from "@waveft/safetensors";
import { TransformersError } from "../errors";
import { node } from "./node";

/**
 * The files of one model, wherever they lie: a folder, a hub repository, a set of Blobs.
 * Names are relative with forward slashes.
 */
export interface FileSet {
  /** What the files belong to, for messages: a path or a repository id. */
  readonly name: string;
  has(file: string): boolean | Promise<boolean>;
  open(file: string): Promise<ByteSource>;
}

/** The files of a local folder (Node). */
export function folderFiles(folder: string): FileSet {
  const { fs, path } = node();
  return {
    name: folder,
    has: (file) => fs.existsSync(path.join(folder, file)),
    open: (file) => translated(() => fileSource(path.join(folder, file))),
  };
}

/** Runs `body` with the errors of the safetensors package turned into this package's, sentence kept. */
export async function translated<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (isSafetensorsError(error)) throw new TransformersError(error.message, { cause: error });
    throw error;
  }
}

/** The file's text. Rejects with a `TransformersError` when it cannot be read or is not UTF-8. */
export async function readText(files: FileSet, file: string): Promise<string> {
  const source = await files.open(file);
  const bytes = await translated(() => source.read(0, source.size)).finally(() => source.close?.());
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TransformersError(`${files.name}: ${file} is not UTF-8 text`);
  }
}

/** The file's JSON object. Rejects with a `TransformersError` when it is missing, broken or no object. */
export async function readJson(files: FileSet, file: string): Promise<Record<string, unknown>> {
  if (!(await files.has(file))) throw new TransformersError(`${files.name} has no ${file}`);
  const text = await readText(files, file);
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (error) {
    const reason = whatElse(text) ?? (error instanceof Error ? error.message : error);
    throw new TransformersError(`${files.name}: ${file} is not JSON (${reason})`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new TransformersError(`${files.name}: ${file} must hold a JSON object`);
  }
  return json as Record<string, unknown>;
}
