import { type CoordinateSet, trustedSet } from "./coordinate-set";

/** A set's places by row, then by column, and which place of the set each one is. */
export interface RowOrder {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** `rows[i] = set.rows[order[i]]`; null when the set is in row-major order itself. */
  readonly order: Uint32Array | null;
}

// Sorting costs more than a product does, so each set is sorted once: the order lives as long as the set.
const orders = new WeakMap<CoordinateSet, RowOrder>();
const transposes = new WeakMap<CoordinateSet, CoordinateSet>();

export function rowOrder(set: CoordinateSet): RowOrder {
  const known = orders.get(set);
  if (known !== undefined) return known;
  const made = isRowMajor(set) ? { rows: set.rows, columns: set.columns, order: null } : sorted(set);
  orders.set(set, made);
  return made;
}

/** Bytes that row orders of the set and of its transpose take, as far as they were made. */
export function orderBytes(set: CoordinateSet): number {
  const transposed = transposes.get(set);
  return bytesOf(orders.get(set)) + bytesOf(transposed && orders.get(transposed));
}

function bytesOf(found: RowOrder | undefined): number {
  return found?.order ? found.rows.byteLength + found.columns.byteLength + found.order.byteLength : 0;
}

/** The set of the transposed matrix: rows and columns change names, the order of the places and the arrays stay. */
export function transpose(set: CoordinateSet): CoordinateSet {
  const known = transposes.get(set);
  if (known !== undefined) return known;
  const made = trustedSet([set.shape[1], set.shape[0]], set.columns, set.rows);
  transposes.set(set, made);
  transposes.set(made, set);
  return made;
}

/**
 * The set in row-major order, and the permutation that sorts: place i of the sorted set is place `order[i]` of
 * this one, so its values are `values[order[i]]`. A set that is sorted already is returned itself. The arrays are not
 * to be written to.
 */
export function sortRowMajor(set: CoordinateSet): { coordinates: CoordinateSet; order: Uint32Array } {
  const { rows, columns, order } = rowOrder(set);
  if (order === null) return { coordinates: set, order: identity(set.count) };
  return { coordinates: trustedSet(set.shape, rows, columns), order };
}

/** Compressed rows, as scipy's `csr_array` and kernels elsewhere want them. */
export interface CompressedRows {
  /** Row r holds the places `rowPointers[r]` to `rowPointers[r + 1]`: scipy's indptr, torch's crow_indices. */
  readonly rowPointers: Uint32Array;
  /** scipy's indices, torch's col_indices; ascending within a row. */
  readonly columns: Int32Array;
  /** Which place of the set each one is: the values in this order are scipy's data. */
  readonly order: Uint32Array;
}

/** The set as compressed rows; the arrays are not to be written to. Compressed columns: those of `transpose(set)`. */
export function compressedRows(set: CoordinateSet): CompressedRows {
  const { coordinates, order } = sortRowMajor(set);
  const rowPointers = new Uint32Array(set.shape[0] + 1);
  for (const row of coordinates.rows) rowPointers[row + 1]!++;
  for (let r = 0; r < set.shape[0]; r++) rowPointers[r + 1]! += rowPointers[r]!;
  return { rowPointers, columns: coordinates.columns, order };
}

function isRowMajor({ count, rows, columns }: CoordinateSet): boolean {
  for (let i = 1; i < count; i++) {
    if (rows[i]! < rows[i - 1]!) return false;
    if (rows[i]! === rows[i - 1]! && columns[i]! <= columns[i - 1]!) return false;
  }
  return true;
}

/** Passes over few digits cost less than passes over small ones, until the counts leave the cache. */
const mostDigitBits = 13;

/** A stable radix sort, least digits of the columns first: linear in the count, whatever the shape. */
function sorted({ shape, count, rows, columns }: CoordinateSet): RowOrder {
  let order: Uint32Array = identity(count);
  let spare: Uint32Array = new Uint32Array(count);
  const sortBy = (keys: Int32Array, length: number): void => {
    const bits = 32 - Math.clz32(length - 1);
    const digitBits = Math.ceil(bits / Math.ceil(bits / mostDigitBits));
    for (let shift = 0; shift < bits; shift += digitBits) {
      placeByDigit(keys, shift, digitBits, order, spare);
      [order, spare] = [spare, order];
    }
  };
  sortBy(columns, shape[1]);
  sortBy(rows, shape[0]);
  return { rows: taken(rows, order), columns: taken(columns, order), order };
}

function placeByDigit(
  keys: Int32Array,
  shift: number,
  digitBits: number,
  from: Uint32Array,
  to: Uint32Array,
): void {
  const mask = 2 ** digitBits - 1;
  const starts = new Uint32Array(mask + 1);
  for (let i = 0; i < keys.length; i++) starts[(keys[i]! >>> shift) & mask]!++;
  let start = 0;
  for (let digit = 0; digit <= mask; digit++) {
    const size = starts[digit]!;
    starts[digit] = start;
    start += size;
  }
  for (let i = 0; i < from.length; i++) {
    const at = from[i]!;
    to[starts[(keys[at]! >>> shift) & mask]!++] = at;
  }
}

function identity(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

function taken(from: Int32Array, order: Uint32Array): Int32Array {
  const to = new Int32Array(order.length);
  for (let i = 0; i < to.length; i++) to[i] = from[order[i]!]!;
  return to;
}
