import type { CoordinateSet } from "./coordinates";
import { SparseError } from "./errors";

/**
 * The trainable entries of one matrix: `values[i]` stands at coordinate i, every other entry is zero.
 * Dense matrices are flat, row-major, of the coordinates' shape.
 */
export class SparseParameter {
  readonly coordinates: CoordinateSet;
  /** float32, one per coordinate. After writing into it directly, call `touch()`. */
  readonly values: Float32Array;
  #version = 0;

  /** @param values copied; zeros when left out (WaveFT's start, at which the adapted weight is the base weight) */
  constructor(coordinates: CoordinateSet, values?: ArrayLike<number>) {
    this.coordinates = coordinates;
    this.values = new Float32Array(coordinates.count);
    if (values !== undefined) this.#copy(values);
  }

  /** Grows by one with every change of the values, so that what was derived from them knows when it is stale. */
  get version(): number {
    return this.#version;
  }

  /** Bytes of the values and of the coordinates (which parameters of one shape may share). */
  get byteLength(): number {
    const { rows, columns } = this.coordinates;
    return this.values.byteLength + rows.byteLength + columns.byteLength;
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

  /** The dense matrix's entries at the coordinates, in their order. */
  gather(dense: ArrayLike<number>): Float32Array {
    const width = this.#rowLength(dense);
    const { rows, columns, count } = this.coordinates;
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = dense[rows[i]! * width + columns[i]!]!;
    return out;
  }

  /** Writes the values into the dense matrix at the coordinates; all other entries stay. */
  scatter(dense: Float32Array | Float64Array): void {
    const width = this.#rowLength(dense);
    const { rows, columns, count } = this.coordinates;
    for (let i = 0; i < count; i++) dense[rows[i]! * width + columns[i]!] = this.values[i]!;
  }

  /** dense += scale · this. */
  addTo(dense: Float32Array | Float64Array, scale = 1): void {
    const width = this.#rowLength(dense);
    const { rows, columns, count } = this.coordinates;
    for (let i = 0; i < count; i++) {
      const place = rows[i]! * width + columns[i]!;
      dense[place] = dense[place]! + scale * this.values[i]!;
    }
  }

  #copy(values: ArrayLike<number>): void {
    if (values.length !== this.coordinates.count) {
      throw new SparseError(
        `sparse: this parameter has ${this.coordinates.count} values, got ${values.length}`,
        "values",
      );
    }
    this.values.set(values);
  }

  /** The dense matrix's row length, after checking its size. */
  #rowLength(dense: ArrayLike<number>): number {
    const [height, width] = this.coordinates.shape;
    if (dense.length !== height * width) {
      throw new SparseError(
        `sparse: the dense matrix must have ${height}×${width} = ${height * width} entries, got ${dense.length}`,
        "shape",
      );
    }
    return width;
  }
}
