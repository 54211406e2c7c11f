/**
 * The derivative of e^(−x² − i·c·x) of the given order, scaled to unit energy, as [re, im].
 *
 * It is P·e^(−x² − i·c·x) with P₀ = 1 and Pₙ₊₁ = −(2x + i·c)·Pₙ − 2n·Pₙ₋₁. Its energy is √(π/2)·E[(z + c)^(2·order)]
 * for a standard normal z, and those moments obey Mₖ = c·Mₖ₋₁ + (k − 1)·Mₖ₋₂.
 */
export function gaussianDerivative(
  x: Float64Array,
  order: number,
  c: number,
): [re: Float64Array, im: Float64Array] {
  const scale = 1 / Math.sqrt(Math.sqrt(Math.PI / 2) * moment(2 * order, c));
  const re = new Float64Array(x.length);
  const im = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const t = x[i]!;
    let a = 1;
    let b = 0;
    let lastA = 0;
    let lastB = 0;
    for (let n = 0; n < order; n++) {
      const nextA = -2 * t * a + c * b - 2 * n * lastA;
      const nextB = -2 * t * b - c * a - 2 * n * lastB;
      lastA = a;
      lastB = b;
      a = nextA;
      b = nextB;
    }
    const envelope = scale * Math.exp(-t * t);
    const cos = Math.cos(c * t);
    const sin = Math.sin(c * t);
    re[i] = (a * cos + b * sin) * envelope;
    im[i] = (b * cos - a * sin) * envelope;
  }
  return [re, im];
}

function moment(k: number, c: number): number {
  let [last, current] = [0, 1];
  for (let n = 1; n <= k; n++) [last, current] = [current, c * current + (n - 1) * last];
  return current;
}

/** gaus1 … gaus8, say. */
export function orders(shortName: string): string[] {
  return Array.from({ length: 8 }, (_, i) => `${shortName}${i + 1}`);
}
