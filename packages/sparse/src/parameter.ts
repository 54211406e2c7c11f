import type { CoordinateSet } from "./coordinate-set";
import { checkValues, type SparseMatrix } from "./values";

/** The trainable entries of one matrix: `values[i]` stands at coordinate i, every other entry is zero. */
export class SparseParameter implements SparseMatrix {
  readonly coordinates: CoordinateSet;
  /** float32, one per coordinate. After writing into it directly, call `touch()`. */
  readonly values: Float32Array<ArrayBuffer>;
  #version = 0;

  /** @param values copied; zeros when left out */
  constructor(coordinates: CoordinateSet, values?: ArrayLike<number>) {
    this.coordinates = coordinates;
    this.values = new Float32Array(coordinates.count);
    if (values !== undefined) this.#copy(values);
  }

  /** Grows by one with every change of the values, so that what was derived from them knows when it is stale. */
  get version(): number {
    return this.#version;
  }

  /** Replaces all values. */
  set(values: ArrayLike<number>): void {
    this.#copy(values);
    this.#version++;
  }

  /** Says that `values` was written to. */
  touch(): void {
    this.#version++;
  }

  #copy(values: ArrayLike<number>): void {
    checkValues(values.length, this.coordinates);
    this.values.set(values);
  }
}
