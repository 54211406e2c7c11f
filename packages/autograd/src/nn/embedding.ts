import type { DType } from "../dtype";
import { AutogradError } from "../errors";
import { constant } from "../operand";
import { cast, customGradient, equal, gather, reshape, scatterAdd, where } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import type { Initializer } from "./initializer";
import { Module } from "./module";
import { parameterOfZeros } from "./storage";

export interface EmbeddingOptions {
  dtype?: DType;
  /** A row that gets no gradient and starts as zeros; from the end where negative. */
  paddingIndex?: number;
}

/** Rows of weight [count, width] at int32 indices of any shape, as float32 [..., width]. */
export class Embedding extends Module {
  override readonly kind = "Embedding";
  weight: Parameter;
  /** From 0, or null. */
  readonly paddingIndex: number | null;

  constructor(
    readonly count: number,
    readonly width: number,
    options: EmbeddingOptions = {},
  ) {
    super();
    const { paddingIndex, dtype = "float32" } = options;
    this.weight = parameterOfZeros([count, width], dtype);
    this.paddingIndex = paddingIndex === undefined ? null : paddingRow(paddingIndex, count);
  }

  forward(indices: Tensor): Tensor {
    const { paddingIndex, weight } = this;
    // Gather first: only the rows that are used are cast.
    const rows = cast(gather(weight, indices), "float32");
    if (paddingIndex === null) return rows;
    const padding = equal(indices, constant([paddingIndex], [], "int32"));
    const column = reshape(padding, [...indices.shape, 1]);
    return customGradient(rows, [weight], (dy) => [
      scatterAdd(where(column, 0, dy), indices, this.weight.shape[0]!, 0),
    ]);
  }

  override reset(initializer: Initializer): void {
    initializer.normalRows(this.weight, 1, (row) => row === this.paddingIndex);
  }
}

const paddingRow = (index: number, count: number): number => {
  if (!Number.isInteger(index) || index < -count || index >= count)
    throw new AutogradError(
      `Embedding: paddingIndex is ${index} of ${count} rows; give ${-count} … ${count - 1}`,
    );
  return index < 0 ? index + count : index;
};
