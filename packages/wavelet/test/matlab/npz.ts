import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

/** One array of an `.npz` file, its entries in row-major order; `im` where it is complex. */
export interface NpzArray {
  readonly shape: readonly number[];
  readonly re: Float64Array;
  readonly im?: Float64Array;
}

/** The arrays of a file of `numpy.savez` in this folder, by name: a zip archive of `.npy` files. */
export function readNpz(file: string): Map<string, NpzArray> {
  const bytes = readFileSync(new URL(file, import.meta.url));
  const arrays = new Map<string, NpzArray>();
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as Sizes;
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(start, start + size);
    const key = bytes.toString("utf8", at + 46, at + 46 + name).replace(/\.npy$/, "");
    arrays.set(key, readNpy(method === 0 ? content : inflateRawSync(content)));
    at += 46 + name + extra + comment;
  }
  return arrays;
}

type Sizes = [name: number, extra: number, comment: number];

function readNpy(bytes: Buffer): NpzArray {
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const found = /'descr': '<(f8|c16)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\)/.exec(header);
  if (bytes[6] !== 1 || found === null) throw new Error(`not a float64 or complex128 .npy file: ${header}`);
  const [, type, columnMajor, list] = found;
  const shape = list!.split(",").filter(Boolean).map(Number);
  const width = type === "f8" ? 1 : 2;
  // Copied, because an entry need not begin at a multiple of 8.
  const numbers = new Float64Array(Uint8Array.from(bytes.subarray(start)).buffer);
  const size = numbers.length / width;
  const place = columnMajor === "True" ? transposed(shape) : (i: number) => i;
  const part = (offset: number) =>
    Float64Array.from({ length: size }, (_, i) => numbers[place(i) * width + offset]!);
  return width === 1 ? { shape, re: part(0) } : { shape, re: part(0), im: part(1) };
}

/** Where column-major order keeps the entry that is at i in row-major order. */
function transposed(shape: readonly number[]): (i: number) => number {
  const [rows = 1, columns = 1, ...more] = shape;
  if (more.length > 0) throw new Error(`${shape.length} dimensions; 2 at most are read`);
  return (i) => (i % columns) * rows + Math.floor(i / columns);
}
