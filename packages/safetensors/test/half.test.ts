import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  toFloat32,
} from "../src/index";

const allPatterns = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The value of a float16 by its definition, in double arithmetic. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + mantissa / 1024) * 2 ** (exponent - 15) : mantissa * 2 ** -24);
}

test("every float16 pattern widens to its value", () => {
  const wide = float16ToFloat32(allPatterns);
  expect(allPatterns.every((bits, i) => Object.is(wide[i], float16Value(bits)))).toBe(true);
});

test("every float16 and bfloat16 pattern survives widening and narrowing, NaN payloads too", () => {
  expect(float32ToFloat16(float16ToFloat32(allPatterns))).toEqual(allPatterns);
  expect(float32ToBfloat16(bfloat16ToFloat32(allPatterns))).toEqual(allPatterns);
});

test("narrowing picks the nearer neighbour, and the even one at the middle", () => {
  // Between neighbours h and h+1: exactly the middle, one unit below it, one above.
  const finite = allPatterns.subarray(0, 0x7c00 - 1);
  const wide = float16ToFloat32(finite);
  const next = float16ToFloat32(finite.map((h) => h + 1));
  const middle = wide.map((w, i) => (w + next[i]!) / 2);
  const shifted = (by: number) => {
    const bits = new Uint32Array(middle.buffer.slice(0)).map((b) => b + by);
    return float32ToFloat16(new Float32Array(bits.buffer));
  };
  expect(shifted(-1)).toEqual(finite);
  expect(shifted(1)).toEqual(finite.map((h) => h + 1));
  expect(shifted(0)).toEqual(finite.map((h) => h + (h & 1)));
});

test("rounding equals torch's, overflow to infinity included", () => {
  const golden = JSON.parse(readFileSync(new URL("golden/rounding.json", import.meta.url), "utf8"));
  for (const sign of [0, 0x8000]) {
    const values = new Float32Array(Uint32Array.from(golden.float32, (b: number) => b + sign * 65536).buffer);
    expect(float32ToFloat16(values)).toEqual(Uint16Array.from(golden.float16, (h: number) => h + sign));
    expect(float32ToBfloat16(values)).toEqual(Uint16Array.from(golden.bfloat16, (h: number) => h + sign));
  }
});

test("a float32 NaN stays a NaN", () => {
  const nan = new Float32Array(new Uint32Array([0x7f800001, 0xff800001, 0x7fffffff, 0x7fc00000]).buffer);
  expect(float16ToFloat32(float32ToFloat16(nan)).every(Number.isNaN)).toBe(true);
  expect(bfloat16ToFloat32(float32ToBfloat16(nan)).every(Number.isNaN)).toBe(true);
});

describe("toFloat32", () => {
  test("widens halves and 64-bit integers, and leaves float32 data where it is", () => {
    const data = new Float32Array([1.5]);
    expect(toFloat32({ dtype: "F32", data })).toBe(data);
    expect(toFloat32({ dtype: "BF16", data: new Uint16Array([0x3fc0]) })).toEqual(data);
    expect(toFloat32({ dtype: "F16", data: new Uint16Array([0x3e00]) })).toEqual(data);
    expect(toFloat32({ dtype: "I64", data: new BigInt64Array([-3n]) })).toEqual(new Float32Array([-3]));
    expect(toFloat32({ dtype: "F64", data: new Float64Array([1.5]) })).toEqual(data);
  });
});
