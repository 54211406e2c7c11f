/** Real numbers, or complex ones as a pair. */
interface Numbers {
  readonly re: ArrayLike<number>;
  readonly im?: ArrayLike<number>;
}

/** √(mean |a − b|²); what is not of one length differs by ∞. */
export function rms(a: Numbers, b: Numbers): number {
  if (a.re.length !== b.re.length || (a.im === undefined) !== (b.im === undefined)) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.re.length; i++) {
    sum += (a.re[i]! - b.re[i]!) ** 2 + ((a.im?.[i] ?? 0) - (b.im?.[i] ?? 0)) ** 2;
  }
  return Math.sqrt(sum / a.re.length);
}
