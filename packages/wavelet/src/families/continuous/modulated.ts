/** envelope(x)·e^(2πi·C·x), as [re, im]. */
export function modulated(
  x: Float64Array,
  centerFrequency: number,
  envelope: (t: number) => number,
): Float64Array[] {
  const height = x.map(envelope);
  const phase = x.map((t) => 2 * Math.PI * centerFrequency * t);
  return [
    height.map((value, i) => Math.cos(phase[i]!) * value),
    height.map((value, i) => Math.sin(phase[i]!) * value),
  ];
}

/** sin(x) / x */
export function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x) / x;
}
