import type { DType } from "../dtype";
import { cast, gather } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import { zeros } from "./linear";
import { Module } from "./module";

/** Rows of weight [count, width] at int32 indices of any shape. */
export class Embedding extends Module {
  override readonly kind = "Embedding";
  weight: Parameter;

  constructor(count: number, width: number, options: { dtype?: DType } = {}) {
    super();
    this.weight = zeros([count, width], options.dtype);
  }

  forward(indices: Tensor): Tensor {
    // Gather first: only the rows that are used are cast.
    return cast(gather(this.weight, indices), "float32");
  }
}
