// The kernels of @waveft/wavelet for float32 and float64. All arguments are byte offsets into the one memory, or counts.
import * as analysis from "./analysis";
import * as synthesis from "./synthesis";

type P = usize;

export function analyseLines32(
  x: P,
  lines: P,
  half: P,
  lo: P,
  hi: P,
  e: P,
  o: P,
  a: P,
  d: P,
  n: P,
  from: P,
  turned: P,
): void {
  analysis.analyseLines<f32>(x, lines, half, lo, hi, e, o, a, d, n, from, turned);
}
export function analyseLines64(
  x: P,
  lines: P,
  half: P,
  lo: P,
  hi: P,
  e: P,
  o: P,
  a: P,
  d: P,
  n: P,
  from: P,
  turned: P,
): void {
  analysis.analyseLines<f64>(x, lines, half, lo, hi, e, o, a, d, n, from, turned);
}
export function combine32(even: P, odd: P, step: P, half: P, lo: P, hi: P, a: P, d: P, count: P): void {
  analysis.combine<f32>(even, odd, step, half, lo, hi, a, d, count);
}
export function combine64(even: P, odd: P, step: P, half: P, lo: P, hi: P, a: P, d: P, count: P): void {
  analysis.combine<f64>(even, odd, step, half, lo, hi, a, d, count);
}
export function combineTurned32(
  even: P,
  odd: P,
  step: P,
  half: P,
  turned: P,
  lo: P,
  hi: P,
  a: P,
  d: P,
  count: P,
): void {
  analysis.combineRest<f32>(even, odd, step, half, turned, lo, hi, a, d, 0, 4 * count);
}
export function combineTurned64(
  even: P,
  odd: P,
  step: P,
  half: P,
  turned: P,
  lo: P,
  hi: P,
  a: P,
  d: P,
  count: P,
): void {
  analysis.combineRest<f64>(even, odd, step, half, turned, lo, hi, a, d, 0, 8 * count);
}
export function synthesiseLines32(a: P, d: P, lines: P, half: P, taps: P, out: P, pairs: P): void {
  synthesis.synthesiseLines<f32>(a, d, lines, half, taps, out, pairs);
}
export function synthesiseLines64(a: P, d: P, lines: P, half: P, taps: P, out: P, pairs: P): void {
  synthesis.synthesiseLines<f64>(a, d, lines, half, taps, out, pairs);
}
export function weave32(a: P, d: P, step: P, shift: P, half: P, taps: P, even: P, odd: P, count: P): void {
  synthesis.weave<f32>(a, d, step, shift, half, taps, even, odd, count, false);
}
export function weave64(a: P, d: P, step: P, shift: P, half: P, taps: P, even: P, odd: P, count: P): void {
  synthesis.weave<f64>(a, d, step, shift, half, taps, even, odd, count, false);
}
export function average32(x: P, y: P, out: P, count: P): void {
  synthesis.average<f32>(x, y, out, count);
}
export function average64(x: P, y: P, out: P, count: P): void {
  synthesis.average<f64>(x, y, out, count);
}
