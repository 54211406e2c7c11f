import { parse } from "yaml";
import type { DataFiles } from "./data-files";
import { DatasetError, quotedList, reasonOf } from "./dataset-error";
import type { ReadOptions } from "./readers";

/** One configuration of a data set, as the front matter of its README.md declares it. */
export interface CardConfig {
  readonly dataFiles: DataFiles | undefined;
  readonly dataDir: string | undefined;
  readonly read: ReadOptions;
}

/**
 * The configuration that a README.md declares under `configs` for a name; without a name the default one (marked
 * `default: true`, named `default`, or the only one). Undefined if the README declares none.
 *
 * @throws DatasetError if the name is unknown, or needed and not given, or the front matter cannot be read
 */
export function cardConfig(readme: string, owner: string, name: string | undefined): CardConfig | undefined {
  const configs = declaredConfigs(readme, owner);
  if (configs.size === 0) return undefined;
  const names = [...configs.keys()];
  const isDefault = (config: string) => config === "default" || configs.get(config)!.default === true;
  const chosen = name ?? (names.length === 1 ? names[0] : names.find(isDefault));
  if (chosen === undefined)
    throw new DatasetError(`${owner} has several configurations; choose one with name: ${quotedList(names)}`);
  const config = configs.get(chosen);
  if (!config)
    throw new DatasetError(`${owner} has no configuration named "${chosen}"; it has ${quotedList(names)}`);
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return {
    dataFiles: declaredFiles(config.data_files, owner, chosen),
    dataDir: text(config.data_dir),
    read: { field: text(config.field), delimiter: text(config.sep) ?? text(config.delimiter) },
  };
}

type YamlMap = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function declaredConfigs(readme: string, owner: string): Map<string, YamlMap> {
  const front = /^---[ \t]*\r?\n(?<yaml>[\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(readme)?.groups?.yaml;
  if (front === undefined) return new Map();
  let card: unknown;
  try {
    card = parse(front, { logLevel: "error", uniqueKeys: false });
  } catch (error) {
    throw new DatasetError(`the front matter of ${owner}'s README.md is not valid YAML: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const configs = isMap(card) && Array.isArray(card.configs) ? card.configs : [];
  return new Map(
    configs
      .filter(isMap)
      .filter((config) => config.config_name !== undefined)
      .map((config) => [String(config.config_name), config]),
  );
}

/** `data_files` is a pattern, a list of patterns, or a list of `{ split, path }`. */
function declaredFiles(declared: unknown, owner: string, config: string): DataFiles | undefined {
  if (declared === undefined || declared === null) return undefined;
  const isPaths = (value: unknown): value is string | string[] =>
    typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
  if (isPaths(declared)) return declared;
  const entries: unknown[] = Array.isArray(declared) ? declared : [];
  const files: Record<string, string | string[]> = {};
  for (const entry of entries) {
    if (!isMap(entry) || typeof entry.split !== "string" || !isPaths(entry.path)) break;
    files[entry.split] = entry.path;
  }
  if (entries.length === 0 || Object.keys(files).length !== entries.length)
    throw new DatasetError(
      `the configuration "${config}" in ${owner}'s README.md must list its data_files as paths or as ` +
        "{ split, path }, each split once",
    );
  return files;
}
