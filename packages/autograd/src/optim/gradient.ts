import { AutogradError } from "../errors";

/** A gradient as compiled functions give it, or its float32 numbers alone. */
export type Gradient = Float32Array | { readonly data: unknown };

/** The arrays themselves, not copies; errors name the caller. */
export const arraysOf = (name: string, gradients: readonly Gradient[]): Float32Array[] =>
  gradients.map((gradient, i) => {
    const data: unknown = gradient instanceof Float32Array ? gradient : gradient?.data;
    if (data instanceof Float32Array) return data;
    const given = typeof data === "object" && data !== null ? data.constructor.name : String(data);
    throw new AutogradError(`${name}: gradient ${i} is ${given}; give a Float32Array or a float32 tensor`);
  });
