import type { Kernels } from "./kernels";

type Numeric = (...numbers: number[]) => void;

/** The functions of a compiled module, or undefined where there is no SIMD or no leave to compile. */
export function instantiate<Functions extends Record<keyof Functions, Numeric>>(
  base64: string,
  names: readonly (keyof Functions & string)[],
): Kernels<Functions> | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    if (!WebAssembly.validate(bytes)) return undefined;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    const { buffer } = exports.memory as WebAssembly.Memory;
    // The exports' types are not known to TypeScript; the tests call every one.
    const functions = (bits: 32 | 64) =>
      Object.fromEntries(names.map((name) => [name, exports[`${name}${bits}`]])) as Functions;
    return {
      single: { ...functions(32), size: 4, memory: new Float32Array(buffer) },
      double: { ...functions(64), size: 8, memory: new Float64Array(buffer) },
    };
  } catch {
    return undefined;
  }
}
