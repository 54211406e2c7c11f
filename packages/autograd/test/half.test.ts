import { expect, test } from "vitest";
import { decodeHalf, encodeHalf } from "../src/half";

const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const isNaNPattern = {
  float16: (b: number) => (b & 0x7fff) > 0x7c00,
  bfloat16: (b: number) => (b & 0x7fff) > 0x7f80,
};

test.each(["float16", "bfloat16"] as const)("every %s pattern survives the way there and back", (dtype) => {
  const values = decodeHalf(dtype, all);
  const back = encodeHalf(dtype, values);
  all.forEach((bits, i) => {
    if (isNaNPattern[dtype](bits)) {
      if (!Number.isNaN(values[i]) || !isNaNPattern[dtype](back[i]!)) expect.fail(`pattern ${bits} is a NaN`);
    } else if (back[i] !== bits) expect.fail(`pattern ${bits} came back as ${back[i]}`);
  });
});

test("known values", () => {
  expect([...decodeHalf("float16", Uint16Array.of(0x3c00, 0xc000, 0x7bff, 1, 0x7c00))]).toEqual([
    1,
    -2,
    65504,
    2 ** -24,
    Number.POSITIVE_INFINITY,
  ]);
  expect([...decodeHalf("bfloat16", Uint16Array.of(0x3f80, 0xc000, 0x4049))]).toEqual([1, -2, 3.140625]);
});

test("rounds to nearest, ties to even", () => {
  const halfway = Float32Array.of(
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    1 + 2 ** -11 + 2 ** -20,
    65519,
    65520,
    2 ** -25,
    3 * 2 ** -26,
  );
  expect([...encodeHalf("float16", halfway)]).toEqual([0x3c00, 0x3c02, 0x3c01, 0x7bff, 0x7c00, 0, 1]);
  const brain = Float32Array.of(
    1 + 2 ** -8,
    1 + 3 * 2 ** -8,
    -(1 + 2 ** -8 + 2 ** -20),
    3.4028234663852886e38,
  );
  expect([...encodeHalf("bfloat16", brain)]).toEqual([0x3f80, 0x3f82, 0xbf81, 0x7f80]);
});
