import { AutogradError } from "./errors";

/** Storage formats of 16 bits: IEEE 754 binary16, and the upper half of a float32. */
export type HalfDType = "float16" | "bfloat16";

/*
 * All of it works on bits: a signalling NaN that passes through a JavaScript number may come out quiet. So every
 * pattern survives the way to float32 and back, NaN payloads too.
 */

/** The float32 values of half-precision bit patterns, exactly. */
export const decodeHalf = (dtype: HalfDType, bits: Uint16Array): Float32Array => {
  const words = new Uint32Array(bits.length);
  if (isFloat16("decodeHalf", dtype)) {
    const table = float16Words();
    for (let i = 0; i < bits.length; i++) words[i] = table[bits[i]!]!;
  } else for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
};

/**
 * Half-precision bit patterns of float32 numbers (others are rounded to float32 first), rounded to nearest, ties
 * to even; what is too large becomes infinite. A NaN keeps the upper bits of its payload.
 */
export const encodeHalf = (dtype: HalfDType, values: ArrayLike<number>): Uint16Array => {
  const toFloat16 = isFloat16("encodeHalf", dtype);
  const { buffer, byteOffset, length } = values instanceof Float32Array ? values : Float32Array.from(values);
  const words = new Uint32Array(buffer, byteOffset, length);
  const bits = new Uint16Array(length);
  if (toFloat16) for (let i = 0; i < length; i++) bits[i] = narrowToFloat16(words[i]!);
  else for (let i = 0; i < length; i++) bits[i] = narrowToBfloat16(words[i]!);
  return bits;
};

const isFloat16 = (name: string, dtype: HalfDType): boolean => {
  if (dtype !== "float16" && dtype !== "bfloat16")
    throw new AutogradError(`${name}: no half format "${String(dtype)}"; there are float16 and bfloat16`);
  return dtype === "float16";
};

let float16Table: Uint32Array | undefined;

/** The float32 bits of all 65,536 float16 patterns, made at the first use. */
const float16Words = (): Uint32Array => {
  if (float16Table === undefined) {
    float16Table = new Uint32Array(65536);
    for (let bits = 0; bits < 65536; bits++) float16Table[bits] = widenFloat16(bits);
  }
  return float16Table;
};

const value = new Float32Array(1);
const word = new Uint32Array(value.buffer);

/** float16 is 1 sign, 5 exponent (bias 15) and 10 fraction bits; float32 has 1, 8 (bias 127) and 23. */
const widenFloat16 = (bits: number): number => {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
  // A denormal is fraction · 2⁻²⁴, a normal float32.
  value[0] = fraction * 2 ** -24;
  return sign | word[0]!;
};

const narrowToFloat16 = (bits: number): number => {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  // NaN: its fraction must not become zero, which would be infinity.
  if (size > 0x7f800000) return sign | 0x7c00 | ((size >>> 13) & 0x3ff || 0x200);
  // From 65520 on, the middle between the largest float16 and 2¹⁶.
  if (size >= 0x477ff000) return sign | 0x7c00;
  // Normal from 2⁻¹⁴ on. A fraction that rounds up past its end carries into the exponent by itself.
  if (size >= 0x38800000) return sign | roundOff(size - ((127 - 15) << 23), 13);
  // Below 2⁻²⁵ all is nearer to zero.
  if (size < 0x33000000) return sign;
  return sign | roundOff((size & 0x7fffff) | 0x800000, 126 - (size >>> 23));
};

const narrowToBfloat16 = (bits: number): number => {
  if ((bits & 0x7fffffff) <= 0x7f800000) return roundOff(bits, 16);
  const upper = bits >>> 16;
  return (upper & 0x7f) === 0 ? upper | 0x40 : upper;
};

/** bits / 2ᵏ to nearest, ties to even: just under half is added, and just half where the quotient is odd. */
const roundOff = (bits: number, k: number): number => (bits + (1 << (k - 1)) - 1 + ((bits >>> k) & 1)) >>> k;
