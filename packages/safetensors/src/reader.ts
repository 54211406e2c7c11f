import { type DataOf, type Dtype, show, viewAs } from "./dtype";
import { SafetensorsError } from "./errors";
import { type Header, headerLength, parseHeader, type TensorInfo } from "./header";
import type { ByteSource } from "./source";

/** A tensor in memory: row-major data in its dtype's typed array (half formats as bits, see `Dtype`). */
export type TensorData = {
  [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: DataOf<D> };
}[Dtype];

/** An open file, or several shards seen as one. Only headers are in memory; `read` fetches one tensor. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** One tensor, in memory of its own. Rejects with `SafetensorsError` for an unknown name or an unreadable source. */
  read(name: string): Promise<TensorData>;
  /** Closes the source. */
  close(): Promise<void>;
}

/** Most headers fit in the first read, which saves a round trip on remote files. */
const firstRead = 1 << 15;

/** Reads and checks the header (see https://github.com/huggingface/safetensors, "Format"). Throws `SafetensorsError`. */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const file = source.name ?? "safetensors";
  const { header, dataStart } = await readHeader(file, source).catch(async (error: unknown) => {
    await source.close?.();
    throw error;
  });
  return {
    metadata: header.metadata,
    tensors: header.tensors,
    async read(name) {
      const info = header.tensors.get(name);
      if (!info) throw unknownTensor(file, name, [...header.tensors.keys()]);
      const bytes = await source.read(dataStart + info.start, info.byteLength);
      const data = viewAs(info.dtype, bytes);
      return { dtype: info.dtype, shape: info.shape, data } as TensorData;
    },
    async close() {
      await source.close?.();
    },
  };
}

async function readHeader(file: string, source: ByteSource): Promise<{ header: Header; dataStart: number }> {
  let bytes = await source.read(0, Math.min(source.size, firstRead));
  const length = headerLength(file, bytes, source.size);
  const dataStart = 8 + length;
  if (dataStart > bytes.byteLength) bytes = await source.read(0, dataStart);
  return { header: parseHeader(file, bytes.subarray(8, dataStart), source.size - dataStart), dataStart };
}

export function unknownTensor(file: string, name: string, names: readonly string[]): SafetensorsError {
  const some = names.slice(0, 5).map(show).join(", ");
  const has = names.length === 0 ? "none" : names.length > 5 ? `${some} and ${names.length - 5} more` : some;
  return new SafetensorsError(`${file} has no tensor ${show(name)}; it has ${has}`);
}
