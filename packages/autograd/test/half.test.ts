import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeHalf, encodeHalf, type HalfDType } from "../src";

const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

const formats = {
  float16: { fractionBits: 10, bias: 15, infinity: 0x7c00 },
  bfloat16: { fractionBits: 7, bias: 127, infinity: 0x7f80 },
};

/** The value of a pattern by the definition of the format, in float64. */
const numberOf = (dtype: HalfDType, bits: number): number => {
  const { fractionBits, bias, infinity } = formats[dtype];
  const sign = bits & 0x8000 ? -1 : 1;
  const size = bits & 0x7fff;
  if (size >= infinity) return size === infinity ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const exponent = size >>> fractionBits;
  const fraction = (size & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
};

const withBits = (words: ArrayLike<number>): Float32Array => new Float32Array(Uint32Array.from(words).buffer);

describe.each(["float16", "bfloat16"] as const)("%s", (dtype) => {
  const { infinity } = formats[dtype];

  test("every pattern has its value", () => {
    const values = decodeHalf(dtype, all);
    expect(all.filter((bits) => !Object.is(values[bits], numberOf(dtype, bits)))).toHaveLength(0);
  });

  test("every pattern survives the way there and back, NaN payloads and signs too", () => {
    expect(encodeHalf(dtype, decodeHalf(dtype, all))).toEqual(all);
  });

  test("the middle between any two neighbours goes to the even one, what is beside it to the nearer", () => {
    // Up to the middle between the largest number and what would follow it, from where all is infinite.
    const lower = all.subarray(0, infinity);
    const upper = lower.map((bits) => bits + 1);
    const end = 2 * numberOf(dtype, infinity - 1) - numberOf(dtype, infinity - 2);
    const middles = Float32Array.from(lower, (bits) => {
      const next = bits + 1 === infinity ? end : numberOf(dtype, bits + 1);
      return (numberOf(dtype, bits) + next) / 2;
    });
    const words = new Uint32Array(middles.buffer);
    for (const sign of [0, 0x8000]) {
      const at = (shift: number) => withBits(words.map((bits) => bits + shift + sign * 65536));
      expect(encodeHalf(dtype, at(0))).toEqual(lower.map((bits) => sign + bits + (bits & 1)));
      expect(encodeHalf(dtype, at(-1))).toEqual(lower.map((bits) => sign + bits));
      expect(encodeHalf(dtype, at(1))).toEqual(upper.map((bits) => sign + bits));
    }
  });

  test("any float32 becomes its nearest neighbour", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (x) => {
        const [bits] = encodeHalf(dtype, [x]);
        const distance = (pattern: number) => Math.abs(numberOf(dtype, pattern) - x);
        const size = bits! & 0x7fff;
        expect(Math.sign(numberOf(dtype, bits!)) * Math.sign(x)).not.toBe(-1);
        if (size === infinity) {
          const largest = numberOf(dtype, infinity - 1);
          expect(Math.abs(x)).toBeGreaterThanOrEqual(largest + (largest - numberOf(dtype, infinity - 2)) / 2);
        } else
          for (const other of [bits! - 1, bits! + 1])
            if ((other & 0x8000) === (bits! & 0x8000) && (other & 0x7fff) < infinity)
              expect(distance(bits!)).toBeLessThanOrEqual(distance(other));
      }),
      { numRuns: 2000 },
    );
  });

  test("a float32 NaN stays one of its sign, whatever its payload", () => {
    const bits = encodeHalf(dtype, withBits([0x7f800001, 0xff800001, 0x7fffffff, 0xffc00000]));
    expect([...decodeHalf(dtype, bits)].every(Number.isNaN)).toBe(true);
    expect([...bits].map((b) => b >>> 15)).toEqual([0, 1, 0, 1]);
  });

  test("a part of a buffer is read as the part it is", () => {
    const whole = Float32Array.of(9, 1, -2, 9);
    const bits = encodeHalf(dtype, whole.subarray(1, 3));
    expect([...decodeHalf(dtype, bits)]).toEqual([1, -2]);
    expect([...decodeHalf(dtype, Uint16Array.of(7, ...bits).subarray(1))]).toEqual([1, -2]);
    expect(encodeHalf(dtype, new Float32Array(0))).toHaveLength(0);
  });
});

test("another format is refused by name", () => {
  const dtype = "float8" as HalfDType;
  expect(() => encodeHalf(dtype, [1])).toThrow('encodeHalf: no half format "float8"');
  expect(() => decodeHalf(dtype, all)).toThrow('decodeHalf: no half format "float8"');
});
