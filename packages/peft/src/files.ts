import {
  isSafetensorsError,
  openSafetensors,
  parsePythonJson,
  serializeSafetensors,
  toFloat32,
  whatElse,
  writeFilesAtomic,
} from "@waveft/safetensors";
import {
  type Checkpoint,
  type FileSet,
  type HubOptions,
  isTransformersError,
  openTorchCheckpoint,
  resolveRepo,
} from "@waveft/transformers";
import { type AdapterState, type StoredTensors, storedState } from "./adapter-state";
import { PEFT_VERSION, type PeftConfig } from "./config";
import { about, PeftError } from "./errors";
import { shown } from "./field-types";
import type { AdapterMethod } from "./method";
import { methods } from "./methods";
import { adapterCard, isOwnCard } from "./model-card";
import { makeFolder, readTextIfAny } from "./node";
import { pythonJson } from "./python-json";

const CONFIG_FILE = "adapter_config.json";
const WEIGHTS_FILE = "adapter_model.safetensors";
/** As PEFT before 0.7 wrote it. */
const TORCH_FILE = "adapter_model.bin";
const CARD_FILE = "README.md";

/** Where an adapter comes from: revision, cache folder, token and the like, as for models. */
export interface LoadOptions extends Omit<HubOptions, "repoType"> {
  /** Hears of what is unusual but no error (default: the model's own, which is the console). */
  readonly onWarning?: (message: string) => void;
}

export interface SavedAdapter {
  /** The folder or repository, for messages. */
  readonly source: string;
  readonly config: PeftConfig;
  readonly tensors: StoredTensors;
}

/** The base model, as its adapters' files name it. */
export interface BaseModel {
  readonly nameOrPath: string | null;
  /** Class and module in Python; null for a model that is not of transformers. */
  readonly autoMapping: Readonly<Record<string, string>> | null;
}

/** The files of an adapter by name: what a folder of it holds. Nothing is copied that the adapter still holds. */
export type AdapterFiles = ReadonlyMap<string, Uint8Array>;

/** `adapter_model.safetensors`, `adapter_config.json` and `README.md`, as bytes. */
export const adapterFiles = (
  config: PeftConfig,
  method: AdapterMethod,
  state: AdapterState,
  base: BaseModel,
): AdapterFiles => {
  const baseModel = config.baseModelNameOrPath ?? base.nameOrPath;
  const json = {
    ...config.toJson(),
    auto_mapping: config.taskType === null ? base.autoMapping : config.autoMapping,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    peft_version: config.peftVersion ?? PEFT_VERSION,
  };
  const text = (content: string) => new TextEncoder().encode(content);
  return new Map([
    [WEIGHTS_FILE, joined(serializeSafetensors(storedState(state), { format: "pt" }))],
    [CARD_FILE, text(adapterCard(config, baseModel))],
    // Last: who finds the config finds an adapter.
    [CONFIG_FILE, text(pythonJson(json, method.floatFields))],
  ]);
};

const joined = (chunks: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((total, { byteLength }) => total + byteLength, 0));
  let next = 0;
  for (const chunk of chunks) {
    whole.set(chunk, next);
    next += chunk.byteLength;
  }
  return whole;
};

/**
 * Writes an adapter's files into a folder, all or none: one that is stopped on the way leaves the old adapter. A
 * README.md that somebody else wrote stays.
 */
export const writeFiles = async (folder: string, files: AdapterFiles): Promise<void> => {
  await makeFolder(folder);
  const card = await readTextIfAny(`${folder}/${CARD_FILE}`);
  const keepsCard = card !== null && !isOwnCard(card);
  try {
    await writeFilesAtomic(folder, new Map([...files].filter(([name]) => name !== CARD_FILE || !keepsCard)));
  } catch (error) {
    throw isSafetensorsError(error)
      ? new PeftError(`adapter ${folder}: ${error.message}`, { cause: error })
      : error;
  }
};

/** A folder, a hub repository, or files that the caller opens: in a browser, for example. */
export type AdapterSource = string | FileSet;

const nameOfSource = (source: AdapterSource): string => (typeof source === "string" ? source : source.name);

/** Reads and checks an adapter's files. */
export const readAdapter = (from: AdapterSource, options: LoadOptions): Promise<SavedAdapter> =>
  reading(from, options, async (files) => {
    const source = nameOfSource(from);
    const config = await readConfig(source, files);
    return { source, config, tensors: await readTensors(source, await openWeights(files)) };
  });

const openWeights = async (files: FileSet): Promise<Checkpoint> => {
  if (!(await files.has(WEIGHTS_FILE))) return openTorchCheckpoint(await files.open(TORCH_FILE));
  const { tensors, read, close } = await openSafetensors(await files.open(WEIGHTS_FILE));
  return {
    names: () => [...tensors.keys()],
    has: (name) => tensors.has(name),
    info: (name) => tensors.get(name)!,
    read,
    close,
  };
};

/** Reads and checks an adapter's config alone. */
export const readAdapterConfig = (from: AdapterSource, options: LoadOptions): Promise<PeftConfig> =>
  reading(from, options, (files) => readConfig(nameOfSource(from), files));

const reading = async <T>(
  from: AdapterSource,
  options: LoadOptions,
  read: (files: FileSet) => Promise<T>,
): Promise<T> => {
  if (typeof from !== "string" && typeof from?.has !== "function")
    throw new PeftError(
      `peft: ${shown(from)} is no source of an adapter; give a folder, a repository's id or a FileSet`,
    );
  const source = nameOfSource(from);
  try {
    const files = typeof from === "string" ? await resolveRepo(from, options) : from;
    for (const [file, other] of [[CONFIG_FILE], [WEIGHTS_FILE, TORCH_FILE]] as const)
      if (!(await files.has(file)) && (other === undefined || !(await files.has(other))))
        throw new PeftError(`${source}: no ${file}; an adapter has ${CONFIG_FILE} and ${WEIGHTS_FILE}`);
    return await read(files);
  } catch (error) {
    if (isSafetensorsError(error) || isTransformersError(error))
      throw new PeftError(`adapter ${source}: ${error.message}`, { cause: error });
    throw error;
  }
};

const floats: readonly string[] = ["F64", "F32", "F16", "BF16"];

const readTensors = async (source: string, file: Checkpoint): Promise<SavedAdapter["tensors"]> => {
  try {
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const name of file.names()) {
      const { dtype } = file.info(name);
      if (!floats.includes(dtype))
        throw new PeftError(`${source}: ${name} is ${dtype}; adapters have ${floats.join(", ")}`);
      const tensor = await file.read(name);
      tensors.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
    }
    return tensors;
  } finally {
    await file.close();
  }
};

/** Configs of PEFT's are some kilobytes; with a pattern for each layer of a large model some megabytes. */
const MAX_CONFIG = 2 ** 24;
const MAX_DEPTH = 32;

const readConfig = async (source: string, files: FileSet): Promise<PeftConfig> => {
  const bytes = await files.open(CONFIG_FILE);
  try {
    if (bytes.size > MAX_CONFIG)
      throw new PeftError(
        `${source}: ${CONFIG_FILE} has ${bytes.size} bytes; a config that PEFT wrote has less than ${MAX_CONFIG}`,
      );
    return parseConfig(source, new TextDecoder().decode(await bytes.read(0, bytes.size)));
  } finally {
    await bytes.close?.();
  }
};

/** Level by level, since whoever went down recursively might not come back. */
const isDeep = (value: unknown): boolean => {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
};

const parseConfig = (source: string, text: string): PeftConfig => {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch {
    const other = whatElse(text);
    throw new PeftError(`${source}: ${CONFIG_FILE} is not JSON${other === null ? "" : `: ${other}`}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new PeftError(`${source}: ${CONFIG_FILE} holds no object; give a config that PEFT wrote`);
  if (isDeep(json))
    throw new PeftError(
      `${source}: ${CONFIG_FILE} is nested ${MAX_DEPTH} levels deep or more; give a config that PEFT wrote`,
    );
  const fields = json as Readonly<Record<string, unknown>>;
  const method = Object.entries(methods).find(([peftType]) => peftType === fields.peft_type)?.[1];
  if (method === undefined)
    throw new PeftError(
      `${source}: peft_type is ${shown(fields.peft_type)}; this package has ${Object.keys(methods).join(", ")}`,
    );
  return about(`${source}: ${CONFIG_FILE}`, () => method.configFromJson(fields));
};
