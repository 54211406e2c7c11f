import type { AnalysisFunctions } from "./types";

/** The kernels of analysis in TypeScript: the same sums in the same order, rounded alike. */
export function plainAnalysis(
  memory: Float32Array | Float64Array,
  round: (value: number) => number,
): AnalysisFunctions {
  const size = memory.BYTES_PER_ELEMENT;

  const combineTurned: AnalysisFunctions["combineTurned"] = (
    even,
    odd,
    step,
    half,
    turned,
    lo,
    hi,
    outLo,
    outHi,
    count,
  ) => {
    for (let c = 0; c < count; c++) {
      let a = 0;
      let d = 0;
      for (let q = 0; q < 2 * half; q++) {
        const j = q < turned ? turned - 1 - q : q;
        const x = memory[((j & 1 ? even : odd) + (half - 1 - (j >> 1)) * step) / size + c]!;
        a = round(a + round(memory[lo / size + j]! * x));
        d = round(d + round(memory[hi / size + j]! * x));
      }
      memory[outLo / size + c] = a;
      memory[outHi / size + c] = d;
    }
  };

  return {
    combineTurned,
    combine: (even, odd, step, half, lo, hi, outLo, outHi, count) =>
      combineTurned(even, odd, step, half, 0, lo, hi, outLo, outHi, count),
    analyseLines(x, lines, half, lo, hi, even, odd, outLo, outHi, count, turnFrom, turned) {
      const pairs = count + half - 1;
      for (let line = 0; line < lines; line++) {
        for (let i = 0; i < pairs; i++) {
          memory[even / size + i] = memory[x / size + 2 * (line * pairs + i)]!;
          memory[odd / size + i] = memory[x / size + 2 * (line * pairs + i) + 1]!;
        }
        const a = outLo + line * count * size;
        const d = outHi + line * count * size;
        combineTurned(even, odd, size, half, 0, lo, hi, a, d, turnFrom);
        for (let k = turnFrom; k < count; k++) {
          const at = k * size;
          const first = Math.min(turned + 2 * (k - turnFrom), 2 * half);
          combineTurned(even + at, odd + at, size, half, first, lo, hi, a + at, d + at, 1);
        }
      }
    },
  };
}
