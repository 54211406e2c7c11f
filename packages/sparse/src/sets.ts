import { type CoordinateSet, checkSameShape, trustedSet } from "./coordinate-set";
import { rowOrder } from "./order";

/** The places of either set, in row-major order. Both sets must be of one shape. */
export function union(a: CoordinateSet, b: CoordinateSet): CoordinateSet {
  return merge(a, b, { left: true, both: true, right: true });
}

/** The places of both sets, in row-major order; perhaps none. */
export function intersection(a: CoordinateSet, b: CoordinateSet): CoordinateSet {
  return merge(a, b, { left: false, both: true, right: false });
}

/** The places of `a` that `b` has not, in row-major order; perhaps none. */
export function difference(a: CoordinateSet, b: CoordinateSet): CoordinateSet {
  return merge(a, b, { left: true, both: false, right: false });
}

/** All other places of the matrix, in row-major order: 8 bytes each, so mind large matrices. Perhaps none. */
export function complement(set: CoordinateSet): CoordinateSet {
  const [height, width] = set.shape;
  const taken = rowOrder(set);
  const rows = new Int32Array(height * width - set.count);
  const columns = new Int32Array(rows.length);
  let next = 0;
  let n = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (next < set.count && taken.rows[next] === row && taken.columns[next] === column) next++;
      else {
        rows[n] = row;
        columns[n++] = column;
      }
    }
  }
  return trustedSet(set.shape, rows, columns);
}

/** Where each place of `wanted` stands in `set`, −1 where it does not. */
export function positions(set: CoordinateSet, wanted: CoordinateSet): Int32Array {
  checkSameShape(set, wanted);
  const a = rowOrder(set);
  const b = rowOrder(wanted);
  const found = new Int32Array(wanted.count).fill(-1);
  let i = 0;
  for (let j = 0; j < wanted.count; j++) {
    while (i < set.count && compare(a.rows[i]! - b.rows[j]!, a.columns[i]! - b.columns[j]!) < 0) i++;
    if (i < set.count && a.rows[i] === b.rows[j] && a.columns[i] === b.columns[j]) {
      found[b.order === null ? j : b.order[j]!] = a.order === null ? i : a.order[i]!;
    }
  }
  return found;
}

/** Whether `set` has every place of `part`. */
export function contains(set: CoordinateSet, part: CoordinateSet): boolean {
  return positions(set, part).every((at) => at >= 0);
}

function compare(byRow: number, byColumn: number): number {
  return byRow === 0 ? byColumn : byRow;
}

/** One walk over both sets in row-major order, keeping what is only left, in both, or only right. */
function merge(
  a: CoordinateSet,
  b: CoordinateSet,
  keep: { readonly left: boolean; readonly both: boolean; readonly right: boolean },
): CoordinateSet {
  checkSameShape(a, b);
  const left = rowOrder(a);
  const right = rowOrder(b);
  const most = (keep.left || keep.both ? a.count : 0) + (keep.right ? b.count : 0);
  const rows = new Int32Array(most);
  const columns = new Int32Array(most);
  let n = 0;
  let i = 0;
  let j = 0;
  while (i < a.count || j < b.count) {
    const order =
      i === a.count
        ? 1
        : j === b.count
          ? -1
          : compare(left.rows[i]! - right.rows[j]!, left.columns[i]! - right.columns[j]!);
    if (order < 0 ? keep.left : order > 0 ? keep.right : keep.both) {
      rows[n] = order > 0 ? right.rows[j]! : left.rows[i]!;
      columns[n++] = order > 0 ? right.columns[j]! : left.columns[i]!;
    }
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return trustedSet(a.shape, rows.slice(0, n), columns.slice(0, n));
}
