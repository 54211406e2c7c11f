/**
 * out[c] = Σ_j tap[j] · x_j[c] for c < count and two filters at once, where x_j, for tap j = 2q or 2q + 1, begins
 * (half − 1 − q) · step bytes after `odd` or `even`. Every sum runs over j upwards, each product rounded: the order
 * of PyWavelets, so that bands that are rounding noise alone are the same noise.
 */
function combine<T>(
  even: usize,
  odd: usize,
  step: usize,
  half: usize,
  lo: usize,
  hi: usize,
  outLo: usize,
  outHi: usize,
  count: usize,
): void {
  const last = (half - 1) * step;
  const taps = half * 2 * sizeof<T>();
  const bytes = count * sizeof<T>();
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    let a0 = v128.splat<T>(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let d0 = a0;
    let d1 = a0;
    let d2 = a0;
    let d3 = a0;
    let e = even + last + at;
    let o = odd + last + at;
    for (let j: usize = 0; j < taps; j += 2 * sizeof<T>()) {
      let low = v128.load_splat<T>(lo + j);
      let high = v128.load_splat<T>(hi + j);
      let x0 = v128.load(o);
      let x1 = v128.load(o, 16);
      let x2 = v128.load(o, 32);
      let x3 = v128.load(o, 48);
      a0 = v128.add<T>(a0, v128.mul<T>(low, x0));
      d0 = v128.add<T>(d0, v128.mul<T>(high, x0));
      a1 = v128.add<T>(a1, v128.mul<T>(low, x1));
      d1 = v128.add<T>(d1, v128.mul<T>(high, x1));
      a2 = v128.add<T>(a2, v128.mul<T>(low, x2));
      d2 = v128.add<T>(d2, v128.mul<T>(high, x2));
      a3 = v128.add<T>(a3, v128.mul<T>(low, x3));
      d3 = v128.add<T>(d3, v128.mul<T>(high, x3));
      low = v128.load_splat<T>(lo + j, sizeof<T>());
      high = v128.load_splat<T>(hi + j, sizeof<T>());
      x0 = v128.load(e);
      x1 = v128.load(e, 16);
      x2 = v128.load(e, 32);
      x3 = v128.load(e, 48);
      a0 = v128.add<T>(a0, v128.mul<T>(low, x0));
      d0 = v128.add<T>(d0, v128.mul<T>(high, x0));
      a1 = v128.add<T>(a1, v128.mul<T>(low, x1));
      d1 = v128.add<T>(d1, v128.mul<T>(high, x1));
      a2 = v128.add<T>(a2, v128.mul<T>(low, x2));
      d2 = v128.add<T>(d2, v128.mul<T>(high, x2));
      a3 = v128.add<T>(a3, v128.mul<T>(low, x3));
      d3 = v128.add<T>(d3, v128.mul<T>(high, x3));
      e -= step;
      o -= step;
    }
    v128.store(outLo + at, a0);
    v128.store(outLo + at, a1, 16);
    v128.store(outLo + at, a2, 32);
    v128.store(outLo + at, a3, 48);
    v128.store(outHi + at, d0);
    v128.store(outHi + at, d1, 16);
    v128.store(outHi + at, d2, 32);
    v128.store(outHi + at, d3, 48);
  }
  combineRest<T>(even, odd, step, half, 0, lo, hi, outLo, outHi, at, bytes);
}

/**
 * The same for the bytes from `at` on, few at a time; the first `turned` taps are summed downwards, before the rest
 * (see `turnedTaps` in src/core/analysis.ts).
 */
function combineRest<T>(
  even: usize,
  odd: usize,
  step: usize,
  half: usize,
  turned: usize,
  lo: usize,
  hi: usize,
  outLo: usize,
  outHi: usize,
  at: usize,
  bytes: usize,
): void {
  for (; at + 16 <= bytes; at += 16) {
    let a = v128.splat<T>(0);
    let d = a;
    for (let q: usize = 0; q < 2 * half; q++) {
      const j = q < turned ? turned - 1 - q : q;
      const x = v128.load((j & 1 ? even : odd) + at + (half - 1 - (j >> 1)) * step);
      a = v128.add<T>(a, v128.mul<T>(v128.load_splat<T>(lo + j * sizeof<T>()), x));
      d = v128.add<T>(d, v128.mul<T>(v128.load_splat<T>(hi + j * sizeof<T>()), x));
    }
    v128.store(outLo + at, a);
    v128.store(outHi + at, d);
  }
  for (; at < bytes; at += sizeof<T>()) {
    let a: T = 0;
    let d: T = 0;
    for (let q: usize = 0; q < 2 * half; q++) {
      const j = q < turned ? turned - 1 - q : q;
      const x = load<T>((j & 1 ? even : odd) + at + (half - 1 - (j >> 1)) * step);
      a += load<T>(lo + j * sizeof<T>()) * x;
      d += load<T>(hi + j * sizeof<T>()) * x;
    }
    store<T>(outLo + at, a);
    store<T>(outHi + at, d);
  }
}

/**
 * `lines` extended lines of 2 (count + half − 1) samples, one after the other, into `count` coefficients each. From
 * coefficient `turnFrom` on the taps are turned: `turned` of them there, two more at every further coefficient.
 *
 * @param even room for count + half − 1 samples; `odd` alike
 */
function analyseLines<T>(
  x: usize,
  lines: usize,
  half: usize,
  lo: usize,
  hi: usize,
  even: usize,
  odd: usize,
  outLo: usize,
  outHi: usize,
  count: usize,
  turnFrom: usize,
  turned: usize,
): void {
  const pairs = count + half - 1;
  const bytes = count * sizeof<T>();
  for (let line: usize = 0; line < lines; line++) {
    if (half === 1) haar<T>(x, lo, hi, outLo, outHi, count);
    else {
      deinterleave<T>(x, even, odd, pairs);
      combine<T>(even, odd, sizeof<T>(), half, lo, hi, outLo, outHi, turnFrom);
    }
    for (let k = turnFrom; k < count; k++) {
      const first = turned + 2 * (k - turnFrom);
      const at = k * sizeof<T>();
      if (half === 1)
        turn<T>(x + 2 * at, x + 2 * at + sizeof<T>(), half, first, lo, hi, outLo + at, outHi + at);
      else turn<T>(even + at, odd + at, half, first, lo, hi, outLo + at, outHi + at);
    }
    x += 2 * pairs * sizeof<T>();
    outLo += bytes;
    outHi += bytes;
  }
}

function turn<T>(
  even: usize,
  odd: usize,
  half: usize,
  turned: usize,
  lo: usize,
  hi: usize,
  outLo: usize,
  outHi: usize,
): void {
  combineRest<T>(even, odd, sizeof<T>(), half, min(turned, 2 * half), lo, hi, outLo, outHi, 0, sizeof<T>());
}

function deinterleave<T>(x: usize, even: usize, odd: usize, pairs: usize): void {
  const bytes = pairs * sizeof<T>();
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const first = v128.load(x + 2 * at);
    const second = v128.load(x + 2 * at, 16);
    v128.store(even + at, evens<T>(first, second));
    v128.store(odd + at, odds<T>(first, second));
  }
  for (; at < bytes; at += sizeof<T>()) {
    store<T>(even + at, load<T>(x + 2 * at));
    store<T>(odd + at, load<T>(x + 2 * at, sizeof<T>()));
  }
}

/** Two taps need no second pass over the samples. */
function haar<T>(x: usize, lo: usize, hi: usize, outLo: usize, outHi: usize, count: usize): void {
  const bytes = count * sizeof<T>();
  const lo0 = v128.load_splat<T>(lo);
  const lo1 = v128.load_splat<T>(lo, sizeof<T>());
  const hi0 = v128.load_splat<T>(hi);
  const hi1 = v128.load_splat<T>(hi, sizeof<T>());
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const first = v128.load(x + 2 * at);
    const second = v128.load(x + 2 * at, 16);
    const e = evens<T>(first, second);
    const o = odds<T>(first, second);
    v128.store(outLo + at, v128.add<T>(v128.mul<T>(lo0, o), v128.mul<T>(lo1, e)));
    v128.store(outHi + at, v128.add<T>(v128.mul<T>(hi0, o), v128.mul<T>(hi1, e)));
  }
  for (; at < bytes; at += sizeof<T>()) {
    const e = load<T>(x + 2 * at);
    const o = load<T>(x + 2 * at, sizeof<T>());
    store<T>(outLo + at, load<T>(lo) * o + load<T>(lo, sizeof<T>()) * e);
    store<T>(outHi + at, load<T>(hi) * o + load<T>(hi, sizeof<T>()) * e);
  }
}

function evens<T>(first: v128, second: v128): v128 {
  return sizeof<T>() === 4
    ? v128.shuffle<f32>(first, second, 0, 2, 4, 6)
    : v128.shuffle<f64>(first, second, 0, 2);
}

function odds<T>(first: v128, second: v128): v128 {
  return sizeof<T>() === 4
    ? v128.shuffle<f32>(first, second, 1, 3, 5, 7)
    : v128.shuffle<f64>(first, second, 1, 3);
}

// For float32 and float64; all arguments are byte offsets into the one memory, or counts.

export function analyseLines32(
  x: usize,
  lines: usize,
  half: usize,
  lo: usize,
  hi: usize,
  e: usize,
  o: usize,
  a: usize,
  d: usize,
  n: usize,
  from: usize,
  turned: usize,
): void {
  analyseLines<f32>(x, lines, half, lo, hi, e, o, a, d, n, from, turned);
}
export function analyseLines64(
  x: usize,
  lines: usize,
  half: usize,
  lo: usize,
  hi: usize,
  e: usize,
  o: usize,
  a: usize,
  d: usize,
  n: usize,
  from: usize,
  turned: usize,
): void {
  analyseLines<f64>(x, lines, half, lo, hi, e, o, a, d, n, from, turned);
}
export function combine32(
  even: usize,
  odd: usize,
  step: usize,
  half: usize,
  lo: usize,
  hi: usize,
  a: usize,
  d: usize,
  count: usize,
): void {
  combine<f32>(even, odd, step, half, lo, hi, a, d, count);
}
export function combine64(
  even: usize,
  odd: usize,
  step: usize,
  half: usize,
  lo: usize,
  hi: usize,
  a: usize,
  d: usize,
  count: usize,
): void {
  combine<f64>(even, odd, step, half, lo, hi, a, d, count);
}
export function combineTurned32(
  even: usize,
  odd: usize,
  step: usize,
  half: usize,
  turned: usize,
  lo: usize,
  hi: usize,
  a: usize,
  d: usize,
  count: usize,
): void {
  combineRest<f32>(even, odd, step, half, turned, lo, hi, a, d, 0, 4 * count);
}
export function combineTurned64(
  even: usize,
  odd: usize,
  step: usize,
  half: usize,
  turned: usize,
  lo: usize,
  hi: usize,
  a: usize,
  d: usize,
  count: usize,
): void {
  combineRest<f64>(even, odd, step, half, turned, lo, hi, a, d, 0, 8 * count);
}
