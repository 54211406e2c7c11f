import type { Device } from "./device";
import type { DType, Shape, TensorArray } from "./dtype";
import { evaluate } from "./evaluate";
import type { Lowering } from "./lowering";
import { isNode, Node } from "./node";

/**
 * An immutable handle on one node of a lazily built graph. Making it computes nothing; a compiled
 * function, or `evaluate`, runs it.
 */
export class Tensor extends Node {
  declare readonly inputs: readonly Tensor[];

  constructor(
    op: string,
    inputs: readonly Tensor[],
    attributes: Readonly<Record<string, unknown>>,
    shape: Shape,
    dtype: DType,
    definition: Lowering | null = null,
  ) {
    super(op, inputs, attributes, shape, dtype, definition);
  }

  /** Computes the tensor: its numbers, row-major. For work that repeats, `compile`. */
  async data(options: { device?: Device } = {}): Promise<TensorArray> {
    return (await evaluate([this], options))[0]!.data;
  }
}

export const isTensor = isNode as (value: unknown) => value is Tensor;
