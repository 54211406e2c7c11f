import {
  type DataFiles,
  isPattern,
  matchingFiles,
  patternsOf,
  type SplitFiles,
  splitsByName,
  splitsByPattern,
} from "./data-files";
import { cardConfig } from "./dataset-card";
import { DatasetError, quotedList, reasonOf } from "./dataset-error";
import { type DatasetFiles, type HubAccess, type ResolveRepo, resolveOnHub } from "./dataset-files";
import { expandHome, kindOf, localFolder, readText } from "./local-files";
import { type Format, formatOf, formats, type ReadOptions, supportedExtensions } from "./readers";

/** Where a data set is looked for. */
export interface LocateOptions extends HubAccess {
  /** Which files are data, instead of the rules by name. */
  readonly dataFiles?: DataFiles;
  /** A folder below the data set's own, to which the file names are relative. */
  readonly dataDir?: string;
  /** The configuration (subset), where a repository has several. */
  readonly name?: string;
  /** Opens repositories; default the hub client of `@waveft/transformers`. */
  readonly resolveRepo?: ResolveRepo;
}

/** A data set that was found, but not read. */
export interface Located {
  /** How messages call it. */
  readonly owner: string;
  readonly splits: SplitFiles;
  readonly format: Format;
  readonly read: ReadOptions;
  path(name: string): Promise<string>;
}

/**
 * Finds the files of a data set: a local file, a local folder, `json`, `csv`, `tsv` or `parquet` with `dataFiles`, or
 * a repository of the hub.
 *
 * @throws DatasetError if there is nothing to load
 */
export async function locate(path: string, options: LocateOptions): Promise<Located> {
  const local = expandHome(path);
  if (Object.hasOwn(formats, path) && options.dataFiles !== undefined)
    return byFormat(path, options.dataFiles);
  const kind = await kindOf(local);
  if (kind === "file") return oneFile(local, path);
  if (kind === "folder") return inFiles(localFolder(local), `the folder ${path}`, options);
  if (looksLocal(path)) throw new DatasetError(`there is no file or folder ${path}`, { file: path });
  return onHub(path, options);
}

function oneFile(local: string, path: string): Located {
  const format = formatOf(path);
  if (!format)
    throw new DatasetError(
      `cannot tell the format of ${path} by its name; supported are ${supportedExtensions}`,
      {
        file: path,
      },
    );
  return { owner: path, splits: new Map([["train", [local]]]), format, read: {}, path: async (name) => name };
}

/** Files of one format, anywhere on this machine. */
async function byFormat(name: string, dataFiles: DataFiles): Promise<Located> {
  const splits = new Map<string, string[]>();
  for (const [split, patterns] of patternsOf(dataFiles)) {
    const files = await Promise.all(patterns.map((pattern) => localMatches(expandHome(pattern))));
    splits.set(split, files.flat());
  }
  const format = Object.entries(formats).find(([key]) => key === name)![1];
  return { owner: `the ${format.name} data set`, splits, format, read: {}, path: async (file) => file };
}

async function localMatches(pattern: string): Promise<string[]> {
  if (!isPattern(pattern)) {
    const kind = await kindOf(pattern);
    if (kind === "file") return [pattern];
    throw new DatasetError(kind ? `${pattern} is a folder, not a file` : `there is no file ${pattern}`, {
      file: pattern,
    });
  }
  const parts = pattern.split("/");
  const fixed = parts.slice(0, parts.findIndex(isPattern)).join("/");
  const folder = fixed === "" ? (pattern.startsWith("/") ? "/" : ".") : fixed;
  const files = (await kindOf(folder)) === "folder" ? localFolder(folder) : undefined;
  const names = matchingFiles(
    (await files?.list()) ?? [],
    pattern.slice(fixed === "" ? (folder === "/" ? 1 : 0) : fixed.length + 1),
  );
  if (names.length === 0) throw new DatasetError(`no file matches ${pattern}`, { file: pattern });
  return Promise.all(names.map((name) => files!.path(name)));
}

/** A path that cannot be meant as the name of a repository. */
function looksLocal(path: string): boolean {
  const isRepoId = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/.test(path);
  return !isRepoId || formatOf(path) !== undefined || otherFileNames.test(path);
}

const otherFileNames =
  /\.(?:txt|md|xlsx?|arrow|feather|avro|orc|xml|ya?ml|zip|tar|t?gz|bz2|xz|zst|pkl|db|sqlite)$/i;

async function onHub(id: string, options: LocateOptions): Promise<Located> {
  const files = await openRepo(id, options, options.revision);
  const isLoadable = (await files.list()).some((name) => formatOf(name) && splitsByName([name]).size > 0);
  if (isLoadable || options.dataFiles !== undefined || options.revision !== undefined)
    return inFiles(files, `the data set ${id}`, options);
  const converted = await openRepo(id, options, "refs/convert/parquet").catch(() => undefined);
  if (converted) return inConversion(converted, `the data set ${id}`, options.name);
  throw nothingToLoad(`the data set ${id}`, await files.list());
}

async function openRepo(
  id: string,
  options: LocateOptions,
  revision: string | undefined,
): Promise<DatasetFiles> {
  const { dataFiles, dataDir, name, resolveRepo = resolveOnHub, ...access } = options;
  try {
    return await resolveRepo(id, {
      ...access,
      ...(revision !== undefined && { revision }),
      repoType: "dataset",
    });
  } catch (error) {
    throw new DatasetError(
      `there is no file or folder ${id}, and the hub does not give it: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/** A folder or repository: what the options say, else what its README.md declares, else by file names. */
async function inFiles(files: DatasetFiles, owner: string, options: LocateOptions): Promise<Located> {
  const all = await files.list();
  const config =
    options.dataFiles === undefined && all.includes("README.md")
      ? cardConfig(await readText(await files.path("README.md")), owner, options.name)
      : undefined;
  if (options.name !== undefined && options.name !== "default" && !config && options.dataFiles === undefined)
    throw new DatasetError(`${owner} has no configuration named "${options.name}"; it has only "default"`);

  const prefix = folderPrefix(options.dataDir ?? config?.dataDir);
  const names = all.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  if (names.length === 0 && prefix !== "")
    throw new DatasetError(`${owner} has no folder ${prefix.slice(0, -1)}`);
  const dataFiles = options.dataFiles ?? config?.dataFiles;
  const splits =
    dataFiles === undefined
      ? splitsByName(names.filter((name) => formatOf(name)))
      : splitsByPattern(names, dataFiles, owner);
  const format = commonFormat([...splits.values()].flat());
  if (!format) throw nothingToLoad(owner, names);
  return {
    owner,
    splits: onlyFormat(splits, format),
    format,
    read: config?.read ?? {},
    path: (name) => files.path(prefix + name),
  };
}

function folderPrefix(dataDir: string | undefined): string {
  const bare = (dataDir ?? "").replace(/^\.?\/+/, "").replace(/\/+$/, "");
  return bare === "" || bare === "." ? "" : `${bare}/`;
}

/** The hub's own conversion to Parquet: `<configuration>/<split>/0000.parquet`. */
async function inConversion(files: DatasetFiles, owner: string, name: string | undefined): Promise<Located> {
  const configs = new Map<string, Map<string, string[]>>();
  for (const file of [...(await files.list())].sort()) {
    const [config, folder, ...rest] = file.split("/");
    if (!config || !folder || rest.length !== 1 || formatOf(file) !== formats.parquet) continue;
    const split = folder.replace(/^partial-/, "");
    const splits = configs.get(config) ?? new Map<string, string[]>();
    splits.set(split, [...(splits.get(split) ?? []), file]);
    configs.set(config, splits);
  }
  const names = [...configs.keys()];
  const chosen = name ?? (names.length === 1 ? names[0]! : names.includes("default") ? "default" : undefined);
  if (names.length === 0) throw nothingToLoad(owner, []);
  if (chosen === undefined)
    throw new DatasetError(`${owner} has several configurations; choose one with name: ${quotedList(names)}`);
  const splits = configs.get(chosen);
  if (!splits)
    throw new DatasetError(`${owner} has no configuration named "${chosen}"; it has ${quotedList(names)}`);
  return {
    owner,
    splits: inUsualOrder(splits),
    format: formats.parquet,
    read: {},
    path: (file) => files.path(file),
  };
}

function inUsualOrder(splits: SplitFiles): SplitFiles {
  const usual = ["train", "validation", "test"].filter((split) => splits.has(split));
  const others = [...splits.keys()].filter((split) => !usual.includes(split));
  return new Map([...usual, ...others].map((split) => [split, splits.get(split)!]));
}

/** The format that most files have; the first of equals. A data set is of one format. */
function commonFormat(names: readonly string[]): Format | undefined {
  const counts = new Map<Format, number>();
  for (const name of names) {
    const format = formatOf(name);
    if (format) counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function onlyFormat(splits: SplitFiles, format: Format): SplitFiles {
  return new Map(
    [...splits]
      .map(([split, names]) => [split, names.filter((name) => formatOf(name) === format)] as const)
      .filter(([, names]) => names.length > 0),
  );
}

function nothingToLoad(owner: string, names: readonly string[]): DatasetError {
  const found = names.length === 0 ? "it is empty" : `it has ${quotedList(names, 6)}`;
  return new DatasetError(`${owner} has no file to load; ${found}; supported are ${supportedExtensions}`);
}
