import type { StoredParameter } from "../../node";
import { toFloat32 } from "./convert";

/** Parameters as float32 arrays, those of other types converted once for each version. */
export interface ParameterArrays {
  get(parameter: StoredParameter): Float32Array;
}

export const parameterArrays = (): ParameterArrays => {
  const converted = new WeakMap<
    StoredParameter,
    { readonly version: number; readonly values: Float32Array }
  >();
  return {
    get(parameter) {
      const { version, dtype } = parameter;
      if (dtype === "float32") return toFloat32(dtype, parameter.read());
      const found = converted.get(parameter);
      if (found !== undefined && found.version === version) return found.values;
      const values = toFloat32(dtype, parameter.read());
      converted.set(parameter, { version, values });
      return values;
    },
  };
};
