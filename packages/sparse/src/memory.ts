import type { CoordinateSet } from "./coordinate-set";
import { orderBytes, transpose } from "./order";
import type { SparseParameter } from "./parameter";

/** Bytes. */
export interface MemoryUse {
  /** 4 a value. */
  readonly values: number;
  /** 8 a place. */
  readonly coordinates: number;
  /** 12 a place for each order that products, set operations and checks have sorted it into; none where it was sorted. */
  readonly orders: number;
  /** What the whole matrices would take as dense float32. */
  readonly dense: number;
}

export interface MemoryReport {
  /** Each parameter as if it were alone: coordinates that it shares are counted in full. */
  readonly parameters: ReadonlyMap<string, MemoryUse>;
  /** All together: coordinates that parameters share are counted once. */
  readonly total: MemoryUse;
}

/** What parameters take, each and in all, now. */
export function memoryUse(parameters: Iterable<readonly [string, SparseParameter]>): MemoryReport {
  const uses = new Map<string, MemoryUse>();
  const sets = new Set<CoordinateSet>();
  const arrays = new Set<Int32Array>();
  const total = { values: 0, coordinates: 0, orders: 0, dense: 0 };
  for (const [name, { values, coordinates }] of parameters) {
    const { rows, columns, shape } = coordinates;
    const use: MemoryUse = {
      values: values.byteLength,
      coordinates: rows.byteLength + columns.byteLength,
      orders: orderBytes(coordinates),
      dense: 4 * shape[0] * shape[1],
    };
    uses.set(name, use);
    total.values += use.values;
    total.dense += use.dense;
    for (const array of [rows, columns]) {
      if (!arrays.has(array)) total.coordinates += array.byteLength;
      arrays.add(array);
    }
    // A set's orders are those of its transpose too.
    if (!sets.has(coordinates) && !sets.has(transpose(coordinates))) total.orders += use.orders;
    sets.add(coordinates);
  }
  return { parameters: uses, total };
}
