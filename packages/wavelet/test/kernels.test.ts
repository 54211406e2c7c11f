import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { afterEach, describe, expect, it } from "vitest";
import { dwt, idwt, iswt, type Mode, modes, swt, wavelist } from "../src/index";
import { analysisKernels } from "../src/kernels/analysis";
import { memoryBytes, useKernels } from "../src/kernels/kernels";
import { synthesisKernels } from "../src/kernels/synthesis";
import { signal } from "./golden";

type Floats = Float32Array | Float64Array;

afterEach(() => useKernels(undefined));

function withKernels<T>(kind: "simd" | "plain", run: () => T): T {
  useKernels(kind);
  return run();
}

const anyMode = fc.constantFrom(...modes);
const anyWavelet = fc.constantFrom(...wavelist(undefined, { kind: "discrete" }));
const anyType = fc.constantFrom(Float32Array, Float64Array);

it.each([analysisKernels, synthesisKernels])(
  "the modules have the memory that the drivers count on",
  (kernels) => {
    useKernels("simd");
    const [single, double] = [kernels(new Float32Array(1)), kernels(new Float64Array(1))];
    expect(single.memory.buffer).toBe(double.memory.buffer);
    expect(single.memory.byteLength).toBe(memoryBytes);
  },
);

describe("SIMD and plain TypeScript give the same bits", () => {
  const bits = (run: () => Floats[]) => {
    const [first, second] = (["simd", "plain"] as const).map((kind) => withKernels(kind, run));
    expect(first!.length).toBe(second!.length);
    for (const [i, data] of first!.entries()) expect(data).toEqual(second![i]);
  };

  it("along lines, odd and even, shorter and longer than the filter", () => {
    fc.assert(
      fc.property(anyWavelet, anyMode, anyType, fc.integer({ min: 2, max: 400 }), (name, mode, array, n) => {
        const x = array.from(signal(n, 3));
        bits(() => {
          const { cA, cD } = dwt(x, name, { mode });
          return [cA, cD, idwt(cA, cD, name, { mode })];
        });
      }),
    );
  });

  it("along rows of any width, narrow ones too", () => {
    fc.assert(
      fc.property(
        anyWavelet,
        anyMode,
        anyType,
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (name, mode, array, rows, columns) => {
          const x = ndarray<Floats>(array.from(signal(rows * columns, 4)), [rows, columns]);
          bits(() => {
            const { cA, cD } = dwt(x, name, { mode, axis: 0 });
            return [cA.data, cD.data, idwt(cA, cD, name, { mode, axis: 0 }).data];
          });
        },
      ),
    );
  });

  it("stationary", () => {
    fc.assert(
      fc.property(anyWavelet, anyType, fc.integer({ min: 1, max: 30 }), (name, array, eighths) => {
        const x = array.from(signal(8 * eighths, 5));
        bits(() => swt(x, name, { level: 3 }).flatMap(({ cA, cD }) => [cA, cD]));
      }),
    );
  });
});

describe("what does not fit into the kernels' memory is done in pieces", () => {
  const column = (x: NdArray<Floats>, c: number) =>
    Float64Array.from({ length: x.shape[0]! }, (_, r) => x.get(r, c));

  it.each(["symmetric", "periodization", "smooth"] satisfies Mode[])("rows wider than it, %s", (mode) => {
    const [rows, columns] = [7, 40_000];
    const x = ndarray<Floats>(signal(rows * columns, 1), [rows, columns]);
    for (const name of ["db2", "coif17"]) {
      const { cA, cD } = dwt(x, name, { mode, axis: 0 });
      const back = idwt(cA, cD, name, { mode, axis: 0 });
      for (const c of [0, 1, 1259, 1260, 1261, 20_000, columns - 1]) {
        const alone = dwt(column(x, c), name, { mode });
        expect(column(cA, c)).toEqual(alone.cA);
        expect(column(cD, c)).toEqual(alone.cD);
        expect(column(back, c).subarray(0, rows)).toBeAllclose(column(x, c), 1e-9);
      }
    }
  });

  it("lines longer than a piece are the same as their parts", () => {
    const n = 20_011;
    const x = signal(n, 2);
    for (const name of ["haar", "db3", "sym20", "bior6.8"]) {
      const whole = dwt(x, name, { mode: "zero" });
      const taps = 40;
      for (const start of [4000, 4090, 8180, 12_270]) {
        const part = dwt(x.subarray(start, start + 400), name, { mode: "zero" });
        const [from, to] = [taps / 2, 200 - taps / 2];
        expect(part.cA.subarray(from, to)).toEqual(whole.cA.subarray(start / 2 + from, start / 2 + to));
        expect(part.cD.subarray(from, to)).toEqual(whole.cD.subarray(start / 2 + from, start / 2 + to));
      }
      const back = idwt(whole.cA, whole.cD, name, { mode: "zero" });
      expect(back.subarray(0, n)).toBeAllclose(x, 1e-9);
    }
  });

  it("thousands of lines shorter than the filter", () => {
    const [rows, columns] = [5000, 2];
    const x = ndarray<Floats>(signal(rows * columns, 3), [rows, columns]);
    for (const mode of ["periodization", "symmetric"] satisfies Mode[]) {
      const { cA, cD } = dwt(x, "coif17", { mode });
      const back = idwt(cA, cD, "coif17", { mode });
      for (const r of [0, 1, 1203, 2047, 2048, 4999]) {
        const line = x.data.subarray(2 * r, 2 * r + 2);
        const alone = dwt(line, "coif17", { mode });
        const width = cA.shape[1]!;
        expect(cA.data.subarray(r * width, (r + 1) * width)).toEqual(alone.cA);
        expect(cD.data.subarray(r * width, (r + 1) * width)).toEqual(alone.cD);
        expect(back.data.subarray(2 * r, 2 * r + 2)).toBeAllclose(line, 1e-9);
      }
    }
  });

  it("the longest filters, in every way", () => {
    const taps = 8192;
    const recLo = Float64Array.from({ length: taps }, (_, i) =>
      i === 5000 || i === 5001 ? Math.SQRT1_2 : 0,
    );
    const decLo = recLo.toReversed();
    const alternate = (filter: Float64Array, sign: number) =>
      filter.map((tap, k) => (k % 2 === 0 ? sign * tap : -sign * tap));
    const long = { decLo, recLo, decHi: alternate(recLo, -1), recHi: alternate(decLo, 1) };
    const cases = [
      { array: Float32Array, mode: "periodization", tolerance: 1e-5 },
      { array: Float64Array, mode: "reflect", tolerance: 1e-9 },
    ] as const;
    for (const { array, mode, tolerance } of cases) {
      const line = array.from(signal(9001, 1));
      const { cA, cD } = dwt<Floats>(line, long, { mode });
      expect(idwt<Floats>(cA, cD, long, { mode }).subarray(0, 9001)).toBeAllclose(line, tolerance);
      const wide = ndarray<Floats>(array.from(signal(100 * 20, 2)), [100, 20]);
      const down = dwt(wide, long, { mode, axis: 0 });
      expect(idwt(down.cA, down.cD, long, { mode, axis: 0 }).data).toBeAllclose(wide.data, tolerance);
      const levels = swt<Floats>(array.from(signal(1024, 3)), long, { level: 6 });
      expect(iswt<Floats>(levels, long)).toBeAllclose(signal(1024, 3), tolerance);
    }
  });

  it("many lines give what each gives", () => {
    const [rows, columns] = [300, 77];
    const x = ndarray<Floats>(signal(rows * columns, 9), [rows, columns]);
    const { cA, cD } = dwt(x, "sym5", { mode: "reflect" });
    for (const r of [0, 1, 50, 149, 299]) {
      const alone = dwt(x.data.subarray(r * columns, (r + 1) * columns), "sym5", { mode: "reflect" });
      const width = cA.shape[1]!;
      expect(cA.data.subarray(r * width, (r + 1) * width)).toEqual(alone.cA);
      expect(cD.data.subarray(r * width, (r + 1) * width)).toEqual(alone.cD);
    }
    expect(idwt(cA, cD, "sym5").data.filter((_, i) => i % 78 < 77)).toBeAllclose(x.data, 1e-9);
  });
});
