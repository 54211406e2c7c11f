import { Mt19937 } from "@waveft/sparse";

/** `numpy.random.RandomState(seed).randn`: normal numbers by Marsaglia's polar method, two at a time. */
export function randn(seed: number): (n: number) => Float64Array {
  const bits = new Mt19937(seed);
  const uniform = () => ((bits.nextUint32() >>> 5) * 2 ** 26 + (bits.nextUint32() >>> 6)) / 2 ** 53;
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const r2 = x * x + y * y;
      if (r2 >= 1 || r2 === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(r2)) / r2);
      spare = scale * x;
      return scale * y;
    }
  };
  return (n) => Float64Array.from({ length: n }, normal);
}
