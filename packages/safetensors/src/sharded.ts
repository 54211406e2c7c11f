import { show } from "./dtype";
import { SafetensorsError } from "./errors";
import type { TensorInfo } from "./header";
import { parsePythonJson } from "./json";
import { openSafetensors, type SafetensorsFile, unknownTensor } from "./reader";
import type { ByteSource } from "./source";
import { whatElse } from "./what-else";

/** Checks the text or object of a `*.index.json`: `{ "weight_map": { tensor: file } }`. Throws `SafetensorsError`. */
export function parseShardIndex(index: unknown, file = "the index"): Map<string, string> {
  let json = index;
  if (typeof index === "string") {
    try {
      json = parsePythonJson(index);
    } catch (error) {
      const reason = whatElse(index) ?? (error instanceof Error ? error.message : error);
      throw new SafetensorsError(`${file} is not JSON (${reason})`);
    }
  }
  const map = (json as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new SafetensorsError(`${file} has no "weight_map" from tensor names to files`);
  }
  for (const [name, shard] of Object.entries(map)) {
    // A shard lies beside its index: a path that climbs out of the folder is an attack.
    if (typeof shard !== "string" || shard === "" || /^[/\\]|^[A-Za-z]:|\\|(^|\/)\.\.(\/|$)/.test(shard)) {
      throw new SafetensorsError(
        `${file} places tensor ${show(name)} in ${show(shard)}, which is no file beside it`,
      );
    }
  }
  return new Map(Object.entries(map as Record<string, string>));
}

/**
 * Opens a sharded checkpoint as one file.
 * @param index text or parsed object of `model.safetensors.index.json`
 * @param resolve gives the source of a shard named in the index
 */
export async function openSharded(
  index: unknown,
  resolve: (file: string) => ByteSource | Promise<ByteSource>,
): Promise<SafetensorsFile> {
  const weightMap = parseShardIndex(index);
  const shards = new Map<string, SafetensorsFile>();
  const close = async () => {
    await Promise.all([...shards.values()].map((shard) => shard.close()));
  };
  const tensors = new Map<string, TensorInfo>();
  try {
    for (const file of new Set(weightMap.values())) {
      const source = await resolve(file);
      try {
        shards.set(file, await openSafetensors(source));
      } catch (error) {
        await source.close?.();
        throw error;
      }
    }
    for (const [name, file] of weightMap) {
      const { tensors: inShard } = shards.get(file)!;
      const info = inShard.get(name);
      if (!info) throw unknownTensor(`${file}, where the index places it,`, name, [...inShard.keys()]);
      tensors.set(name, info);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const metadata = Object.assign({}, ...[...shards.values()].map((shard) => shard.metadata));
  return {
    metadata,
    tensors,
    async read(name) {
      const file = weightMap.get(name);
      if (file === undefined) throw unknownTensor("the sharded checkpoint", name, [...weightMap.keys()]);
      return shards.get(file)!.read(name);
    },
    close,
  };
}
