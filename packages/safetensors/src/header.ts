import { type Dtype, dtypeNames, dtypes, isDtype, show, sizeOfShape } from "./dtype";
import { SafetensorsError } from "./errors";
import { whatElse } from "./what-else";

/** Limit of the format's reference reader. */
export const maxHeaderBytes = 100_000_000;

/** What a header says of one tensor. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

export interface PlacedTensor extends TensorInfo {
  /** Offset of the first byte in the data section. */
  readonly start: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In file order. */
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
}

/** Length of the JSON header from the file's first eight bytes (little-endian u64). */
export function headerLength(file: string, first: Uint8Array, fileSize: number): number {
  const other = whatElse(new TextDecoder("latin1").decode(first.subarray(0, 512)));
  if (other !== null) throw new SafetensorsError(`${file} is not a safetensors file: ${other}`);
  if (first.byteLength < 8) {
    throw new SafetensorsError(
      `${file} is not a safetensors file: it has ${fileSize} bytes, and the header's length alone takes 8`,
    );
  }
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    throw new SafetensorsError(
      `${file} is not a safetensors file: its header claims ${length} bytes; at most ${maxHeaderBytes} are allowed`,
    );
  }
  if (length > BigInt(fileSize - 8)) {
    throw new SafetensorsError(
      `${file} is cut short: its header claims ${length} bytes, but only ${fileSize - 8} follow`,
    );
  }
  return Number(length);
}

/**
 * Reads and checks a header as strictly as the reference reader: the tensors must fill the `dataBytes` bytes
 * of the data section without holes, overlaps or a rest. Throws `SafetensorsError`.
 */
export function parseHeader(file: string, bytes: Uint8Array, dataBytes: number): Header {
  const json = parseJson(file, bytes);
  const tensors: [string, PlacedTensor][] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") metadata = parseMetadata(file, value);
    else tensors.push([name, parseTensor(`${file}: tensor ${show(name)}`, value)]);
  }
  tensors.sort(([, a], [, b]) => a.start - b.start || a.byteLength - b.byteLength);
  let end = 0;
  for (const [name, { start, byteLength }] of tensors) {
    if (start !== end) {
      throw new SafetensorsError(
        start < end
          ? `${file}: tensor ${show(name)} starts at byte ${start}, inside another tensor that ends at ${end}`
          : `${file}: bytes ${end} to ${start}, before tensor ${show(name)}, belong to no tensor`,
      );
    }
    end += byteLength;
  }
  if (end !== dataBytes) {
    throw new SafetensorsError(
      end > dataBytes
        ? `${file} is cut short: its tensors take ${end} bytes, but only ${dataBytes} follow the header`
        : `${file} has ${dataBytes - end} bytes after its last tensor that belong to no tensor`,
    );
  }
  return { metadata, tensors: new Map(tensors) };
}

function parseJson(file: string, bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) {
    throw new SafetensorsError(`${file} is not a safetensors file: its header does not start with "{"`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SafetensorsError(`${file} is not a safetensors file: its header is not UTF-8 text`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SafetensorsError(
      `${file} is not a safetensors file: its header is not JSON (${error instanceof Error ? error.message : error})`,
    );
  }
  const twice = findRepeatedKey(text);
  if (twice !== undefined) throw new SafetensorsError(`${file} names tensor ${show(twice)} twice`);
  return json as Record<string, unknown>;
}

/** The first key that a valid JSON object holds twice at its top level; `JSON.parse` would hide it. */
function findRepeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
    else if (c === '"') {
      // Strings are skipped whole, so that brackets inside them do not count.
      const start = i++;
      while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
      // A top-level value that is a string is always followed by "," or "}", a key by ":".
      if (depth !== 1 || text.slice(i + 1, i + 64).trimStart()[0] !== ":") continue;
      const name = JSON.parse(text.slice(start, i + 1)) as string;
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseMetadata(file: string, value: unknown): Record<string, string> {
  if (value === null) return {};
  if (!isRecord(value) || !Object.values(value).every((v) => typeof v === "string")) {
    throw new SafetensorsError(`${file}: __metadata__ must map text to text; it is ${show(value)}`);
  }
  return value as Record<string, string>;
}

function parseTensor(who: string, value: unknown): PlacedTensor {
  if (!isRecord(value)) {
    throw new SafetensorsError(`${who} is ${show(value)}; it must have dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    throw new SafetensorsError(`${who} has dtype ${show(dtype)}; known are ${dtypeNames.join(", ")}`);
  }
  const byteLength = sizeOfShape(who, shape) * dtypes[dtype].bytes;
  const placed =
    Array.isArray(offsets) && offsets.length === 2 && offsets.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!placed || offsets[1] < offsets[0]) {
    throw new SafetensorsError(
      `${who} has data_offsets ${show(offsets)}; two ascending byte offsets are needed`,
    );
  }
  const [start, end] = offsets as [number, number];
  if (end - start !== byteLength) {
    throw new SafetensorsError(
      `${who} of shape ${show(shape)} and dtype ${dtype} takes ${byteLength} bytes, but its data_offsets hold ${end - start}`,
    );
  }
  return { dtype, shape: shape as number[], byteLength, start };
}
