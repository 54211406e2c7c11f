import { ConfigFields, type PretrainedConfig } from "../config";
import { TransformersError } from "../errors";
import { type FileSet, readJson } from "../io";
import { architectures as builtIn } from "../models";
import type { Architecture } from "../models/architecture";
import { filesOf, type ModelSource, type SourceOptions } from "./repository";

export type Architectures = Readonly<Record<string, Architecture>>;

export interface AutoConfigOptions extends SourceOptions {
  /** Architectures of one's own by `model_type`, beside the built-in ones. */
  readonly architectures?: Architectures;
}

/** The architecture that a configuration names. Throws a `TransformersError` that lists those that exist. */
export const architectureOf = (
  json: Readonly<Record<string, unknown>>,
  owner: string,
  architectures: Architectures = {},
): Architecture => {
  const all = allOf(architectures);
  const type = json.model_type;
  if (typeof type === "string" && Object.hasOwn(all, type)) return all[type]!;
  const known = Object.keys(all).join(", ");
  const given =
    type === undefined ? "has no model_type" : `has model_type ${JSON.stringify(type)?.slice(0, 60)}`;
  throw new TransformersError(`${label(owner)}config.json ${given}; supported are ${known}`);
};

/** The built-in ones and one's own. */
export const allOf = (architectures: Architectures = {}): Architectures => ({ ...builtIn, ...architectures });

export const label = (owner: string): string => (owner === "" ? "" : `${owner}: `);

/** Checks and completes the object of a `config.json`. */
export const parseConfig = (
  json: Readonly<Record<string, unknown>>,
  owner = "",
  architectures?: Architectures,
): PretrainedConfig => architectureOf(json, owner, architectures).parseConfig(new ConfigFields(json, owner));

/** `changes` are fields of `config.json` that take the place of what is there; undefined ones go. */
export const readConfig = async (
  files: FileSet,
  options: AutoConfigOptions,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<PretrainedConfig> => {
  const json = Object.entries({ ...(await readJson(files, "config.json")), ...changes });
  const given = Object.fromEntries(json.filter(([, value]) => value !== undefined));
  return parseConfig(given, files.name, options.architectures);
};

/** Configurations of every supported architecture. */
export const AutoConfig = {
  /**
   * Reads `config.json` of a folder, hub repository or file set. Rejects with a `TransformersError` when it is
   * missing or broken, or its `model_type` is not supported.
   */
  async fromPretrained(source: ModelSource, options: AutoConfigOptions = {}): Promise<PretrainedConfig> {
    return readConfig(await filesOf(source, options), options);
  },

  /** From the object of a `config.json`, for a new model: absent fields take the architecture's defaults. */
  fromJson(
    json: Readonly<Record<string, unknown>>,
    options: { readonly architectures?: Architectures } = {},
  ): PretrainedConfig {
    return parseConfig(json, "", options.architectures);
  },
};
