import type { SynthesisFunctions } from "./types";

/** The kernels of synthesis in TypeScript: the same sums in the same order, rounded alike. */
export function plainSynthesis(
  memory: Float32Array | Float64Array,
  round: (value: number) => number,
): SynthesisFunctions {
  const size = memory.BYTES_PER_ELEMENT;

  const dot = (x: number, step: number, taps: number, count: number): number => {
    let sum = 0;
    for (let j = 0; j < count; j++) {
      sum = round(sum + round(memory[taps / size + j]! * memory[(x - j * step) / size]!));
    }
    return sum;
  };

  /** Even and odd sums of neighbour c, the odd ones `shift` bytes further on. */
  const sums = (a: number, d: number, shift: number, step: number, half: number, taps: number, c: number) => {
    const group = half * size;
    const first = (half - 1) * step + c * size;
    return [
      round(dot(a + first, step, taps, half) + dot(d + first, step, taps + 2 * group, half)),
      round(
        dot(a + first + shift, step, taps + group, half) +
          dot(d + first + shift, step, taps + 3 * group, half),
      ),
    ] as const;
  };

  return {
    weave(a, d, step, half, taps, outEven, outOdd, count) {
      for (let c = 0; c < count; c++) {
        const [even, odd] = sums(a, d, 0, step, half, taps, c);
        memory[outEven / size + c] = even;
        memory[outOdd / size + c] = odd;
      }
    },
    blend(a, d, shift, step, half, taps, out, count) {
      for (let c = 0; c < count; c++) {
        const [even, odd] = sums(a, d, shift, step, half, taps, c);
        memory[out / size + c] = 0.5 * round(even + odd);
      }
    },
    synthesiseLines(a, d, lines, half, taps, out, pairs) {
      for (let i = 0; i < lines * pairs; i++) {
        const c = i + Math.floor(i / pairs) * (half - 1);
        const [even, odd] = sums(a, d, 0, size, half, taps, c);
        memory[out / size + 2 * i] = even;
        memory[out / size + 2 * i + 1] = odd;
      }
    },
  };
}
