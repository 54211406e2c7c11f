import { type Kernels, memoryBytes, type PrecisionKernels } from "./kernels";

/** The same kernels without WebAssembly: the same sums in the same order, rounded alike. */
export function plainKernels(): Kernels {
  const memory = new ArrayBuffer(memoryBytes);
  return {
    single: precision(new Float32Array(memory), Math.fround),
    double: precision(new Float64Array(memory), (value) => value),
  };
}

function precision<A extends Float32Array | Float64Array>(
  memory: A,
  round: (value: number) => number,
): PrecisionKernels<A> {
  const size = memory.BYTES_PER_ELEMENT;

  const combineTurned: PrecisionKernels["combineTurned"] = (
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

  const weave = (
    a: number,
    d: number,
    step: number,
    shift: number,
    half: number,
    taps: number,
    outEven: number,
    outOdd: number,
    count: number,
    stride = 1,
  ) => {
    const first = taps / size;
    for (let c = 0; c < count; c++) {
      let ae = 0;
      let ao = 0;
      let de = 0;
      let dd = 0;
      for (let j = 0; j < half; j++) {
        const p = (a + (half - 1 - j) * step) / size + c;
        const q = (d + (half - 1 - j) * step) / size + c;
        ae = round(ae + round(memory[first + j]! * memory[p]!));
        ao = round(ao + round(memory[first + half + j]! * memory[p + shift / size]!));
        de = round(de + round(memory[first + 2 * half + j]! * memory[q]!));
        dd = round(dd + round(memory[first + 3 * half + j]! * memory[q + shift / size]!));
      }
      memory[outEven / size + c * stride] = ae + de;
      memory[outOdd / size + c * stride] = ao + dd;
    }
  };

  return {
    size,
    memory,
    combineTurned,
    weave,
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
    synthesiseLines(a, d, lines, half, taps, out, pairs) {
      for (let line = 0; line < lines; line++) {
        const from = line * (pairs + half - 1) * size;
        const to = out + 2 * line * pairs * size;
        weave(a + from, d + from, size, 0, half, taps, to, to + size, pairs, 2);
      }
    },
    average(x, y, out, count) {
      for (let c = 0; c < count; c++) {
        memory[out / size + c] = 0.5 * round(memory[x / size + c]! + memory[y / size + c]!);
      }
    },
  };
}
