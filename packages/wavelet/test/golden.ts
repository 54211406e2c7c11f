import { readFileSync } from "node:fs";

const folder = new URL("./golden/", import.meta.url);

/** What `reference/wavelet/goldens.py` wrote as JSON. */
export const facts = JSON.parse(readFileSync(new URL("facts.json", folder), "utf8")) as {
  modes: string[];
  wavelist: string[];
  families: [string[], string[]];
  properties: Record<
    string,
    [number, string, string, boolean, boolean, string, number | null, number | null]
  >;
  dwtMaxLevel: [number, number, number][];
  dwtCoeffLen: [number, number, string, number][];
  example: {
    dwt: [number[], number[]];
    dwt2: Record<"cA" | "cH" | "cV" | "cD", number[][]>;
    filters: Record<string, [number[], number[], number[], number[]]>;
  };
};

/** The generator's rule: n numbers in [−1, 1), exact in float32. */
export function signal(n: number, seed: number): Float64Array {
  return Float64Array.from(
    { length: n },
    (_, i) => ((((i + seed) * (i + 7 * seed + 3) * 7919 + 104729 * seed) % 16381) - 8192) / 8192,
  );
}

/** A file of little-endian float64. */
export function float64s(file: string): Float64Array {
  const bytes = readFileSync(new URL(file, folder));
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The records of one file, one after the other. */
export function records(file: string): {
  check(actual: ArrayLike<number>, tolerance: number, name: string): void;
  end(): void;
} {
  const numbers = float64s(file);
  let at = 0;
  return {
    check(actual, tolerance, name) {
      const [scale, ...projections] = numbers.subarray(at, at + 4);
      at += 4;
      const allowed = tolerance * scale!;
      const differences: number[] = [];
      for (const [p, expected] of projections.entries()) {
        const weights = signal(actual.length, 1000 + p);
        differences.push(weights.reduce((sum, weight, i) => sum + weight * actual[i]!, 0) - expected);
      }
      if (!differences.every((difference) => Math.abs(difference) <= allowed)) {
        throw new Error(`${name}: differs by ${differences.join(", ")}; ${allowed} allowed`);
      }
    },
    end() {
      if (at !== numbers.length) throw new Error(`${file}: ${numbers.length - at} numbers were not used`);
    },
  };
}

/** Shorter than the filter, odd, even. */
export function lengths(taps: number): number[] {
  return [Math.max(2, Math.floor(taps / 3)), taps + 5, taps + 14];
}
