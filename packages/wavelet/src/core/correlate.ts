/** What four sums side by side read past either end. */
const margin = 3;

/** The row as `correlate` reads it. */
export function withMargins(row: Float64Array): Float64Array {
  const padded = new Float64Array(row.length + 2 * margin);
  padded.set(row, margin);
  return padded;
}

/**
 * Adds sign · (x ∗ reversed q)[first + i] = sign · Σ_u q[u]·x[first + i − (q.length − 1) + u] to out[i] for i from 0
 * to the length of x; out has room for 3 numbers more.
 */
export function correlate(
  padded: Float64Array,
  q: Float64Array,
  first: number,
  sign: 1 | -1,
  out: Float64Array,
): void {
  const length = padded.length - 2 * margin;
  const shift = q.length - 1 - first;
  for (let i = 0; i <= length; i += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    const at = i - shift + margin;
    const to = Math.min(q.length, length + shift - i);
    let u = Math.max(0, -at);
    let x0 = padded[at + u]!;
    let x1 = padded[at + u + 1]!;
    let x2 = padded[at + u + 2]!;
    let x3 = 0;
    for (; u + 3 < to; u += 4) {
      x3 = padded[at + u + 3]!;
      let tap = q[u]!;
      a += tap * x0;
      b += tap * x1;
      c += tap * x2;
      d += tap * x3;
      x0 = padded[at + u + 4]!;
      tap = q[u + 1]!;
      a += tap * x1;
      b += tap * x2;
      c += tap * x3;
      d += tap * x0;
      x1 = padded[at + u + 5]!;
      tap = q[u + 2]!;
      a += tap * x2;
      b += tap * x3;
      c += tap * x0;
      d += tap * x1;
      x2 = padded[at + u + 6]!;
      tap = q[u + 3]!;
      a += tap * x3;
      b += tap * x0;
      c += tap * x1;
      d += tap * x2;
    }
    for (; u < to; u++) {
      const tap = q[u]!;
      a += tap * padded[at + u]!;
      b += tap * padded[at + u + 1]!;
      c += tap * padded[at + u + 2]!;
      d += tap * padded[at + u + 3]!;
    }
    out[i]! += sign * a;
    out[i + 1]! += sign * b;
    out[i + 2]! += sign * c;
    out[i + 3]! += sign * d;
  }
}
