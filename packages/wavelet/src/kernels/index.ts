import type { FloatArray } from "../core/extension";
import type { Kernels, PrecisionKernels } from "./kernels";
import { plainKernels } from "./plain";
import { simdKernels } from "./simd";

let chosen: Kernels | undefined;

/** The kernels for such data, made at the first call. */
export function kernelsFor(data: FloatArray): PrecisionKernels {
  chosen ??= simdKernels() ?? plainKernels();
  return data.BYTES_PER_ELEMENT === 4 ? chosen.single : chosen.double;
}

/** Takes these kernels from now on; undefined: chooses anew. For tests. */
export function useKernels(kernels: Kernels | undefined): void {
  chosen = kernels;
}
