import { type Kernels, memoryBytes } from "./kernels";

type Floats = Float32Array | Float64Array;

/** Kernels without WebAssembly, from functions over a memory whose sums and products are rounded by `round`. */
export function plain<Functions>(
  functions: (memory: Floats, round: (value: number) => number) => Functions,
): Kernels<Functions> {
  const buffer = new ArrayBuffer(memoryBytes);
  const [single, double] = [new Float32Array(buffer), new Float64Array(buffer)];
  return {
    single: { ...functions(single, Math.fround), size: 4, memory: single },
    double: { ...functions(double, (value) => value), size: 8, memory: double },
  };
}
