import {
  type ByteSource,
  isSafetensorsError,
  openSafetensors,
  toFloat32,
  writeSafetensors,
} from "@waveft/safetensors";
import { type HubOptions, isTransformersError, type RepoFiles, resolveRepo } from "@waveft/transformers";
import { type AdapterState, type StoredTensors, storedState } from "./adapter-state";
import { PEFT_VERSION, type PeftConfig } from "./config";
import { isPeftError, PeftError } from "./errors";
import type { AdapterMethod } from "./method";
import { methods } from "./methods";
import { adapterCard, isOwnCard } from "./model-card";
import { makeFolder, readTextIfAny, writeText } from "./node";
import { pythonJson } from "./python-json";

export const CONFIG_FILE = "adapter_config.json";
export const WEIGHTS_FILE = "adapter_model.safetensors";

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
  /** Class and module in Python. */
  readonly autoMapping: Readonly<Record<string, string>>;
}

/**
 * Writes `adapter_model.safetensors`, `adapter_config.json` and `README.md`, each whole or not at all. A README.md
 * that somebody else wrote stays.
 */
export const writeAdapter = async (
  folder: string,
  config: PeftConfig,
  method: AdapterMethod,
  state: AdapterState,
  base: BaseModel,
): Promise<void> => {
  const baseModel = config.baseModelNameOrPath ?? base.nameOrPath;
  const json = {
    ...config.toJson(),
    auto_mapping: config.taskType === null ? base.autoMapping : config.autoMapping,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    peft_version: config.peftVersion ?? PEFT_VERSION,
  };
  await makeFolder(folder);
  try {
    await writeSafetensors(`${folder}/${WEIGHTS_FILE}`, storedState(state), { format: "pt" });
    await writeText(`${folder}/${CONFIG_FILE}`, pythonJson(json, method.floatFields));
    const card = await readTextIfAny(`${folder}/README.md`);
    if (card === null || isOwnCard(card))
      await writeText(`${folder}/README.md`, adapterCard(config, baseModel));
  } catch (error) {
    throw isSafetensorsError(error)
      ? new PeftError(`adapter ${folder}: ${error.message}`, { cause: error })
      : error;
  }
};

/** Reads and checks an adapter's files from a folder or a hub repository. */
export const readAdapter = (idOrFolder: string, options: LoadOptions): Promise<SavedAdapter> =>
  reading(idOrFolder, options, async (files) => ({
    source: idOrFolder,
    config: parseConfig(idOrFolder, await textOf(await files.open(CONFIG_FILE))),
    tensors: await readTensors(await files.open(WEIGHTS_FILE)),
  }));

/** Reads and checks an adapter's config alone. */
export const readAdapterConfig = (idOrFolder: string, options: LoadOptions): Promise<PeftConfig> =>
  reading(idOrFolder, options, async (files) =>
    parseConfig(idOrFolder, await textOf(await files.open(CONFIG_FILE))),
  );

const reading = async <T>(
  idOrFolder: string,
  options: LoadOptions,
  read: (files: RepoFiles) => Promise<T>,
): Promise<T> => {
  try {
    const files = await resolveRepo(idOrFolder, options);
    for (const file of [CONFIG_FILE, WEIGHTS_FILE])
      if (!(await files.has(file)))
        throw new PeftError(`${idOrFolder}: no ${file}; an adapter has ${CONFIG_FILE} and ${WEIGHTS_FILE}`);
    return await read(files);
  } catch (error) {
    if (isSafetensorsError(error) || isTransformersError(error))
      throw new PeftError(`adapter ${idOrFolder}: ${error.message}`, { cause: error });
    throw error;
  }
};

const readTensors = async (source: ByteSource): Promise<SavedAdapter["tensors"]> => {
  const file = await openSafetensors(source);
  try {
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const name of file.tensors.keys()) {
      const tensor = await file.read(name);
      tensors.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
    }
    return tensors;
  } finally {
    await file.close();
  }
};

const textOf = async (source: ByteSource): Promise<string> => {
  try {
    return new TextDecoder().decode(await source.read(0, source.size));
  } finally {
    await source.close?.();
  }
};

const parseConfig = (source: string, text: string): PeftConfig => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new PeftError(`${source}: ${CONFIG_FILE} is not JSON`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new PeftError(`${source}: ${CONFIG_FILE} holds no object; give a config that PEFT wrote`);
  const fields = json as Readonly<Record<string, unknown>>;
  const method = Object.entries(methods).find(([peftType]) => peftType === fields.peft_type)?.[1];
  if (method === undefined)
    throw new PeftError(
      `${source}: peft_type is ${JSON.stringify(fields.peft_type)}; this package has ${Object.keys(methods).join(", ")}`,
    );
  try {
    return method.configFromJson(fields);
  } catch (error) {
    throw isPeftError(error)
      ? new PeftError(`${source}: ${CONFIG_FILE}: ${error.message}`, { cause: error })
      : error;
  }
};
