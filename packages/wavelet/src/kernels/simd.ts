import { assembly } from "./assembly.generated";
import type { Kernels, PrecisionKernels } from "./kernels";

type Name = Exclude<keyof PrecisionKernels, "size" | "memory">;
type Exports = Record<`${Name}${32 | 64}`, (...numbers: number[]) => void> & { memory: WebAssembly.Memory };

/** The WebAssembly kernels, or undefined where there is no SIMD or no leave to compile. */
export function simdKernels(): Kernels | undefined {
  try {
    const bytes = Uint8Array.from(atob(assembly), (character) => character.charCodeAt(0));
    if (!WebAssembly.validate(bytes)) return undefined;
    // The exports' types are not known to TypeScript; the tests call every one.
    const kernels = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
    return {
      single: precision(kernels, 32, new Float32Array(kernels.memory.buffer)),
      double: precision(kernels, 64, new Float64Array(kernels.memory.buffer)),
    };
  } catch {
    return undefined;
  }
}

function precision<A extends Float32Array | Float64Array>(
  kernels: Exports,
  bits: 32 | 64,
  memory: A,
): PrecisionKernels<A> {
  return {
    size: bits / 8,
    memory,
    analyseLines: kernels[`analyseLines${bits}`],
    combine: kernels[`combine${bits}`],
    combineTurned: kernels[`combineTurned${bits}`],
    synthesiseLines: kernels[`synthesiseLines${bits}`],
    weave: kernels[`weave${bits}`],
    average: kernels[`average${bits}`],
  };
}
