import { AutogradError } from "./errors";

export type HalfDType = "float16" | "bfloat16";

const word = new Uint32Array(1);
const number = new Float32Array(word.buffer);

/** Value of one float16 bit pattern. */
const fromFloat16 = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
};

let float16Values: Float32Array | undefined;

/** The float32 values of half-precision bit patterns, exactly. */
export const decodeHalf = (dtype: HalfDType, bits: Uint16Array): Float32Array => {
  const values = new Float32Array(bits.length);
  if (dtype === "bfloat16") {
    const words = new Uint32Array(values.buffer);
    for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
    return values;
  }
  float16Values ??= Float32Array.from({ length: 65536 }, (_, pattern) => fromFloat16(pattern));
  for (let i = 0; i < bits.length; i++) values[i] = float16Values[bits[i]!]!;
  return values;
};

/** Half-precision bit patterns of numbers, rounded to nearest, ties to even. */
export const encodeHalf = (dtype: HalfDType, values: Float32Array): Uint16Array => {
  if (dtype !== "float16" && dtype !== "bfloat16")
    throw new AutogradError(`encodeHalf: no half format "${dtype}"; float16 and bfloat16`);
  return Uint16Array.from(values, dtype === "float16" ? toFloat16 : toBfloat16);
};

const toBfloat16 = (value: number): number => {
  number[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
};

const toFloat16 = (value: number): number => {
  number[0] = value;
  const sign = (word[0]! >>> 16) & 0x8000;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const exponent = ((word[0]! >>> 23) & 255) - 127;
  // A fraction that rounds up to 2048 carries into the exponent by itself.
  return sign | (((exponent + 14) << 10) + roundEven(size * 2 ** (10 - exponent)));
};

const roundEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
};
