import { type DType, Linear, type LinearLayer, TransposedLinear } from "@waveft/autograd";

/** Makes the linear layers of a model: as `Linear`, or as GPT-2 stores them. */
export type LinearKind = "linear" | "transposed";

export const linearLayer = (
  kind: LinearKind,
  from: number,
  to: number,
  options: { readonly bias: boolean; readonly dtype: DType },
): LinearLayer => new (kind === "linear" ? Linear : TransposedLinear)(from, to, options);
