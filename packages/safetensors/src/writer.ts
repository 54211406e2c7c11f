import { writeFileAtomic } from "./atomic-files";
import { dtypeNames, dtypes, isDtype, show, sizeOfShape } from "./dtype";
import { SafetensorsError } from "./errors";
import { maxHeaderBytes } from "./header";
import type { TensorData } from "./reader";

export type NamedTensors = Readonly<Record<string, TensorData>> | ReadonlyMap<string, TensorData>;

/**
 * A safetensors file as chunks (the header, then each tensor's bytes, not copied). The bytes are those of the
 * reference writer: metadata first, tensors by descending dtype rank and then by name, header padded to 8 with
 * spaces. Throws `SafetensorsError` when data and shape disagree.
 */
export function serializeSafetensors(
  tensors: NamedTensors,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array[] {
  const entries = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [string, TensorData][];
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  const rank = ({ dtype }: TensorData) => dtypeNames.indexOf(dtype);
  entries.sort(([a, x], [b, y]) => rank(y) - rank(x) || compareCodePoints(a, b));
  const fields: string[] = [];
  if (metadata) {
    checkMetadata(metadata);
    fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  }
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const start = end;
    end += data.byteLength;
    // Text, not an object: an object would move keys such as "0" to the front.
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, end] })}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.byteLength / 8) * 8;
  if (length > maxHeaderBytes) {
    throw new SafetensorsError(
      `the header would take ${length} bytes; at most ${maxHeaderBytes} are allowed`,
    );
  }
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return [
    header,
    ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** Writes a safetensors file atomically: readers see the old file or the whole new one (Node). */
export async function writeSafetensors(
  path: string,
  tensors: NamedTensors,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomic(path, serializeSafetensors(tensors, metadata));
}

function checkTensor(name: string, { dtype, shape, data }: TensorData): void {
  const who = `tensor ${show(name)}`;
  if (name === "__metadata__") throw new SafetensorsError(`${who} cannot be written: the name is reserved`);
  if (!isDtype(dtype)) {
    throw new SafetensorsError(`${who} has dtype ${show(dtype)}; known are ${dtypeNames.join(", ")}`);
  }
  const size = sizeOfShape(who, shape);
  const { array } = dtypes[dtype];
  if (!ArrayBuffer.isView(data) || Object.prototype.toString.call(data) !== `[object ${array.name}]`) {
    throw new SafetensorsError(`${who} of dtype ${dtype} needs its data in a ${array.name}`);
  }
  if (data.length !== size) {
    throw new SafetensorsError(
      `${who} of shape ${show(shape)} needs ${size} elements; its data has ${data.length}`,
    );
  }
}

function checkMetadata(metadata: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new SafetensorsError(
        `metadata ${show(key)} is ${show(value)}; safetensors metadata is text only`,
      );
    }
  }
}

/** Order of the UTF-8 bytes, which differs from that of UTF-16 units above the surrogates. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      return a.codePointAt(i)! - b.codePointAt(i)! || a.charCodeAt(i) - b.charCodeAt(i);
    }
  }
  return a.length - b.length;
}
