/**
 * (high · 2³² + low) mod divisor, exactly, without BigInt up to 2³⁶: long division in digits of 16 bits, where
 * every intermediate number stays below 2⁵³.
 *
 * @param high the upper 32 bits, an integer in [0, 2³²)
 * @param low the lower 32 bits
 * @param divisor an integer in [1, 2⁵³)
 */
export function remainder64(high: number, low: number, divisor: number): number {
  if (divisor > 2 ** 36) return Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(divisor));
  let rest = step(0, high, divisor);
  rest = step(rest * 65536, low >>> 16, divisor);
  return step(rest * 65536, low & 0xffff, divisor);
}

/** (scaled + digit) mod divisor for a sum below 2⁵³; the rounded quotient may be one too large. */
function step(scaled: number, digit: number, divisor: number): number {
  const number = scaled + digit;
  const rest = number - Math.floor(number / divisor) * divisor;
  return rest < 0 ? rest + divisor : rest;
}
