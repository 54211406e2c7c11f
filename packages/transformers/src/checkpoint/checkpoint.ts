import {
  type ByteSource,
  openSafetensors,
  openSharded,
  parseShardIndex,
  type SafetensorsFile,
} from "@waveft/safetensors";
import { TransformersError } from "../errors";
import { type FileSet, folderFiles, readJson, translated } from "../io";
import { openTorchCheckpoint } from "./torch";
import type { Checkpoint } from "./types";

type Open = (files: FileSet, file: string) => Promise<Checkpoint>;

/** The files looked for, in the order of Python's transformers. */
const formats: Readonly<Record<string, Open>> = {
  "model.safetensors": async (files, file) => {
    const source = await files.open(file);
    return closing(source, async () => fromSafetensors(await openSafetensors(source)));
  },
  "model.safetensors.index.json": async (files, file) =>
    fromSafetensors(await openSharded(await readJson(files, file), (shard) => openShard(files, file, shard))),
  "pytorch_model.bin": async (files, file) => {
    const source = await files.open(file);
    return closing(source, () => openTorchCheckpoint(source));
  },
  "pytorch_model.bin.index.json": openTorchShards,
};

/** Names of the checkpoint files that `openCheckpoint` looks for, in order. */
export const checkpointFiles: readonly string[] = Object.keys(formats);

/**
 * Opens the checkpoint of a model folder or file set: `model.safetensors`, its shards, `pytorch_model.bin`,
 * or its shards. Rejects with a `TransformersError`, one sentence, when none is there or it cannot be read.
 */
export async function openCheckpoint(folderOrFiles: string | FileSet): Promise<Checkpoint> {
  const files = typeof folderOrFiles === "string" ? folderFiles(folderOrFiles) : folderOrFiles;
  for (const [file, open] of Object.entries(formats)) {
    if (await files.has(file)) return translated(() => open(files, file));
  }
  throw new TransformersError(
    `${files.name} has no checkpoint; one of ${checkpointFiles.join(", ")} is needed`,
  );
}

function fromSafetensors(file: SafetensorsFile): Checkpoint {
  return {
    names: () => [...file.tensors.keys()],
    has: (name) => file.tensors.has(name),
    info(name) {
      const info = file.tensors.get(name);
      if (!info) throw unknown(name);
      return { dtype: info.dtype, shape: info.shape };
    },
    read: (name) => translated(() => file.read(name)),
    close: () => file.close(),
  };
}

async function openTorchShards(files: FileSet, file: string): Promise<Checkpoint> {
  const weightMap = parseShardIndex(await readJson(files, file), file);
  const shards = new Map<string, Checkpoint>();
  const close = async () => {
    await Promise.all([...shards.values()].map((shard) => shard.close()));
  };
  try {
    for (const shard of new Set(weightMap.values())) {
      const source = await openShard(files, file, shard);
      shards.set(shard, await closing(source, () => openTorchCheckpoint(source)));
    }
    for (const [name, shard] of weightMap) {
      if (!shards.get(shard)!.has(name)) {
        throw new TransformersError(
          `${files.name}: ${file} places ${JSON.stringify(name)} in ${shard}, which lacks it`,
        );
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  const shardOf = (name: string) => {
    const shard = weightMap.get(name);
    if (shard === undefined) throw unknown(name);
    return shards.get(shard)!;
  };
  return {
    names: () => [...weightMap.keys()],
    has: (name) => weightMap.has(name),
    info: (name) => shardOf(name).info(name),
    read: async (name) => shardOf(name).read(name),
    close,
  };
}

async function openShard(files: FileSet, index: string, shard: string): Promise<ByteSource> {
  if (!(await files.has(shard))) {
    throw new TransformersError(`${files.name} lacks ${shard}, which ${index} names`);
  }
  return files.open(shard);
}

/** Closes the source when what should own it could not be made. */
async function closing<T>(source: ByteSource, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    await source.close?.();
    throw error;
  }
}

const unknown = (name: string) =>
  new TransformersError(`the checkpoint has no tensor ${JSON.stringify(name)}`);
