import { type DType, encodeHalf, type Parameter } from "@waveft/autograd";
import type { TensorData } from "@waveft/safetensors";
import { PeftError } from "./errors";

/** A parameter, and how the adapter's file stores it. */
export interface StateEntry {
  readonly parameter: Parameter;
  readonly dtype: DType;
}

/** Parameters by the names that they have in adapter files. */
export type AdapterState = ReadonlyMap<string, StateEntry>;

/** Tensors of an adapter file, as float32. */
export type StoredTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

const dtypeNames = { float32: "F32", float16: "F16", bfloat16: "BF16", int32: "I32", bool: "BOOL" } as const;

/** What a file holds for a state. */
export const storedState = (state: AdapterState): Map<string, TensorData> =>
  new Map(
    Array.from(state, ([name, { parameter, dtype }]) => {
      const { shape, data } = parameter;
      const isWide = (dtype === "float16" || dtype === "bfloat16") && parameter.dtype === "float32";
      const stored = isWide ? encodeHalf(dtype, data) : data;
      return [name, { dtype: dtypeNames[dtype], shape, data: stored } as TensorData];
    }),
  );

/**
 * A function that sets all parameters of a state to a file's values, checked beforehand: one sentence about all that
 * is missing, foreign or of another shape.
 *
 * @param prefix what the names of the method's own tensors begin with; others are left over, with a warning
 */
export const matchState = (
  source: string,
  state: AdapterState,
  tensors: StoredTensors,
  { prefix, onWarning }: { readonly prefix: string; readonly onWarning: (message: string) => void },
): (() => void) => {
  const missing = [...state.keys()].filter((name) => !tensors.has(name));
  const strangers = [...tensors.keys()].filter((name) => !state.has(name));
  const isOwn = (name: string) => name.split(".").some((part) => part.startsWith(prefix));
  const unexpected = strangers.filter(isOwn);
  if (missing.length > 0 || unexpected.length > 0)
    throw new PeftError(
      `${source}: the adapter belongs to another model or config; missing ${some(missing)}, unexpected ${some(unexpected)}`,
    );
  const values = Array.from(state, ([name, { parameter }]) => {
    const { shape, data } = tensors.get(name)!;
    if (shape.join() !== parameter.shape.join())
      throw new PeftError(
        `${source}: ${name} has shape [${shape.join(", ")}]; this model and config need [${parameter.shape.join(", ")}]`,
      );
    return [parameter, asStored(parameter, data)] as const;
  });
  if (strangers.length > 0)
    onWarning(`${source}: tensors that are not the adapter's are not used: ${some(strangers)}`);
  return () => {
    for (const [parameter, value] of values) parameter.data = value;
  };
};

const asStored = ({ dtype }: Parameter, values: Float32Array): Float32Array | Uint16Array =>
  dtype === "float16" || dtype === "bfloat16" ? encodeHalf(dtype, values) : values;

const some = (names: readonly string[]): string => {
  if (names.length === 0) return "none";
  const first = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
};
