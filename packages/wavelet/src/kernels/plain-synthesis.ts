import { type Kernels, memoryBytes, type Precision } from "./kernels";
import type { SynthesisFunctions } from "./synthesis";

/** The same kernels without WebAssembly: the same sums in the same order, rounded alike. */
export function plainSynthesis(): Kernels<SynthesisFunctions> {
  const memory = new ArrayBuffer(memoryBytes);
  return {
    single: precision(new Float32Array(memory), Math.fround),
    double: precision(new Float64Array(memory), (value) => value),
  };
}

function precision<A extends Float32Array | Float64Array>(
  memory: A,
  round: (value: number) => number,
): SynthesisFunctions & Precision<A> {
  const size = memory.BYTES_PER_ELEMENT;

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
    weave,
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
