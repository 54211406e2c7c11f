import fc from "fast-check";
import ndarray from "ndarray";
import { afterEach, describe, expect, it } from "vitest";
import { empty, give, take } from "../src/core/pool";
import { dwt, dwt2, idwt2, modes, recycle, swt, wavedec, wavedec2, waverec, waverec2 } from "../src/index";
import { signal } from "./golden";

afterEach(empty);

describe("recycle", () => {
  it("gives the memory to the next result of that size and type", () => {
    const x = signal(100, 1);
    const first = dwt(x, "db2");
    const arrays = [first.cA, first.cD];
    recycle(first);
    const other = dwt(Float32Array.from(x), "db2");
    expect(arrays.map((array) => array.buffer)).not.toContain(other.cA.buffer);
    const again = dwt(signal(100, 2), "db2");
    expect(arrays).toContain(again.cA);
    expect(arrays).toContain(again.cD);
    expect(again.cA).not.toBe(again.cD);
    expect(dwt(x, "db2").cA).not.toBe(again.cA);
  });

  it("takes lists, records, ndarrays and pairs, and twice is once", () => {
    const x = ndarray(signal(64, 1), [8, 8]);
    const image = wavedec2({ re: x, im: x }, "haar", { level: 2 });
    recycle(image, image);
    const taken: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const { cA, cH, cV, cD } = dwt2(x, "haar");
      taken.push(cA.data, cH.data, cV.data, cD.data);
    }
    expect(new Set(taken).size).toBe(12);
    for (const band of Object.values(image[2]!)) {
      expect(taken).toContain(band.re.data);
      expect(taken).toContain(band.im.data);
    }
  });

  it("leaves alone what is a part, empty, or no result", () => {
    const slab = new Float64Array(200);
    recycle(slab.subarray(0, 52), new Float64Array(0), [], {});
    recycle(new Float64Array(new SharedArrayBuffer(8 * 52)));
    expect(dwt(signal(101, 1), "db2").cA.buffer).not.toBe(slab.buffer);
  });
});

it("an array that was transferred after all is not used", () => {
  const { cA, cD } = dwt(signal(100, 1), "db2");
  const copy = cA.slice();
  recycle(cA, cD);
  structuredClone(cD, { transfer: [cD.buffer as ArrayBuffer] });
  const again = dwt(signal(100, 1), "db2");
  expect([again.cA, again.cD].filter((array) => array.length === 0)).toEqual([]);
  expect(again.cA).toEqual(copy);
});

it("two views of one buffer are one array, and what is larger than all that is kept is not kept", () => {
  const array = new Float64Array(50);
  recycle(array, new Float64Array(array.buffer), new Float32Array(array.buffer));
  expect(dwt(new Float64Array(100), "haar").cA).toBe(array);
  expect(dwt(new Float64Array(100), "haar").cA.buffer).not.toBe(array.buffer);
  expect(dwt(new Float32Array(200), "haar").cA.buffer).not.toBe(array.buffer);
  const huge = new Float32Array(2 ** 24 + 2);
  give(huge);
  expect(take(huge.length, true)).toBeUndefined();
});

describe("results stay as they are", () => {
  it("while other transforms of the same sizes run, which reuse what no caller has seen", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 40 }),
        fc.constantFrom("haar", "db3", "bior2.2"),
        fc.constantFrom(...modes),
        (n, name, mode) => {
          const options = { mode, level: 2 };
          const run = (seed: number) => {
            const x = ndarray(signal(n * n, seed), [n, n]);
            const line = signal(n * n, seed);
            const coeffs = wavedec2(x, name, options);
            const levels = wavedec(line, name, options);
            const bands = dwt2(x, name, { mode });
            const still = swt(signal(64, seed), name, { level: 3 });
            const back = [waverec2(coeffs, name, { mode }), idwt2(bands, name, { mode })];
            return [coeffs, levels, bands, still, back, waverec(levels, name, { mode })];
          };
          const first = run(1);
          const copy = structuredClone(plain(first));
          run(2);
          expect(plain(first)).toEqual(copy);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** The numbers alone. */
function plain(result: unknown): unknown {
  if (ArrayBuffer.isView(result)) return result;
  if (Array.isArray(result)) return result.map(plain);
  if (typeof result === "object" && result !== null) {
    if ("data" in result && "shape" in result) return { data: result.data, shape: result.shape };
    return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, plain(value)]));
  }
  return result;
}
