/**
 * Pairs of samples from two bands, for c < count:
 *   outEven[c] = Σ_j loEven[j] · a_j[c] + Σ_j hiEven[j] · d_j[c], outOdd likewise,
 * where a_j begins (half − 1 − j) · step bytes after `a` (`d` alike). The four sums run apart, as in PyWavelets.
 *
 * @param taps loEven, loOdd, hiEven, hiOdd, `half` taps each
 * @param woven whether the pairs go to outEven one after the other
 */
function weave<T>(
  a: usize,
  d: usize,
  step: usize,
  half: usize,
  taps: usize,
  outEven: usize,
  outOdd: usize,
  count: usize,
  woven: bool,
): void {
  const last = (half - 1) * step;
  const group = half * sizeof<T>();
  const bytes = count * sizeof<T>();
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    let ae0 = v128.splat<T>(0);
    let ae1 = ae0;
    let ao0 = ae0;
    let ao1 = ae0;
    let de0 = ae0;
    let de1 = ae0;
    let do0 = ae0;
    let do1 = ae0;
    let p = a + last + at;
    let q = d + last + at;
    for (let j = taps; j < taps + group; j += sizeof<T>()) {
      const a0 = v128.load(p);
      const a1 = v128.load(p, 16);
      let tap = v128.load_splat<T>(j);
      ae0 = v128.add<T>(ae0, v128.mul<T>(tap, a0));
      ae1 = v128.add<T>(ae1, v128.mul<T>(tap, a1));
      tap = v128.load_splat<T>(j + group);
      ao0 = v128.add<T>(ao0, v128.mul<T>(tap, a0));
      ao1 = v128.add<T>(ao1, v128.mul<T>(tap, a1));
      const d0 = v128.load(q);
      const d1 = v128.load(q, 16);
      tap = v128.load_splat<T>(j + 2 * group);
      de0 = v128.add<T>(de0, v128.mul<T>(tap, d0));
      de1 = v128.add<T>(de1, v128.mul<T>(tap, d1));
      tap = v128.load_splat<T>(j + 3 * group);
      do0 = v128.add<T>(do0, v128.mul<T>(tap, d0));
      do1 = v128.add<T>(do1, v128.mul<T>(tap, d1));
      p -= step;
      q -= step;
    }
    const e0 = v128.add<T>(ae0, de0);
    const e1 = v128.add<T>(ae1, de1);
    const o0 = v128.add<T>(ao0, do0);
    const o1 = v128.add<T>(ao1, do1);
    if (woven) {
      v128.store(outEven + 2 * at, firstPairs<T>(e0, o0));
      v128.store(outEven + 2 * at, lastPairs<T>(e0, o0), 16);
      v128.store(outEven + 2 * at, firstPairs<T>(e1, o1), 32);
      v128.store(outEven + 2 * at, lastPairs<T>(e1, o1), 48);
    } else {
      v128.store(outEven + at, e0);
      v128.store(outEven + at, e1, 16);
      v128.store(outOdd + at, o0);
      v128.store(outOdd + at, o1, 16);
    }
  }
  for (; at < bytes; at += sizeof<T>()) {
    const even =
      dot<T>(a + last + at, step, taps, half) + dot<T>(d + last + at, step, taps + 2 * group, half);
    const odd =
      dot<T>(a + last + at, step, taps + group, half) + dot<T>(d + last + at, step, taps + 3 * group, half);
    if (woven) {
      store<T>(outEven + 2 * at, even);
      store<T>(outEven + 2 * at, odd, sizeof<T>());
    } else {
      store<T>(outEven + at, even);
      store<T>(outOdd + at, odd);
    }
  }
}

function dot<T>(x: usize, step: usize, taps: usize, count: usize): T {
  let sum: T = 0;
  for (let j: usize = 0; j < count; j++) sum += load<T>(taps + j * sizeof<T>()) * load<T>(x - j * step);
  return sum;
}

/**
 * The mean of an even and an odd sum, as of `weave`, where the odd one reads `shift` bytes after the even one: what the
 * stationary transform needs.
 */
function blend<T>(
  a: usize,
  d: usize,
  shift: usize,
  step: usize,
  half: usize,
  taps: usize,
  out: usize,
  count: usize,
): void {
  const last = (half - 1) * step;
  const group = half * sizeof<T>();
  const bytes = count * sizeof<T>();
  const mean = v128.splat<T>(<T>0.5);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    let ae0 = v128.splat<T>(0);
    let ae1 = ae0;
    let ao0 = ae0;
    let ao1 = ae0;
    let de0 = ae0;
    let de1 = ae0;
    let do0 = ae0;
    let do1 = ae0;
    let p = a + last + at;
    let q = d + last + at;
    for (let j = taps; j < taps + group; j += sizeof<T>()) {
      let tap = v128.load_splat<T>(j);
      ae0 = v128.add<T>(ae0, v128.mul<T>(tap, v128.load(p)));
      ae1 = v128.add<T>(ae1, v128.mul<T>(tap, v128.load(p, 16)));
      tap = v128.load_splat<T>(j + group);
      ao0 = v128.add<T>(ao0, v128.mul<T>(tap, v128.load(p + shift)));
      ao1 = v128.add<T>(ao1, v128.mul<T>(tap, v128.load(p + shift, 16)));
      tap = v128.load_splat<T>(j + 2 * group);
      de0 = v128.add<T>(de0, v128.mul<T>(tap, v128.load(q)));
      de1 = v128.add<T>(de1, v128.mul<T>(tap, v128.load(q, 16)));
      tap = v128.load_splat<T>(j + 3 * group);
      do0 = v128.add<T>(do0, v128.mul<T>(tap, v128.load(q + shift)));
      do1 = v128.add<T>(do1, v128.mul<T>(tap, v128.load(q + shift, 16)));
      p -= step;
      q -= step;
    }
    v128.store(out + at, v128.mul<T>(mean, v128.add<T>(v128.add<T>(ae0, de0), v128.add<T>(ao0, do0))));
    v128.store(out + at, v128.mul<T>(mean, v128.add<T>(v128.add<T>(ae1, de1), v128.add<T>(ao1, do1))), 16);
  }
  for (; at < bytes; at += sizeof<T>()) {
    const p = a + last + at;
    const q = d + last + at;
    const even = dot<T>(p, step, taps, half) + dot<T>(q, step, taps + 2 * group, half);
    const odd = dot<T>(p + shift, step, taps + group, half) + dot<T>(q + shift, step, taps + 3 * group, half);
    store<T>(out + at, <T>0.5 * (even + odd));
  }
}

/** `lines` lines of pairs + half − 1 coefficients, one after the other, into 2 · pairs samples each. */
function synthesiseLines<T>(
  a: usize,
  d: usize,
  lines: usize,
  half: usize,
  taps: usize,
  out: usize,
  pairs: usize,
): void {
  const coefficients = (pairs + half - 1) * sizeof<T>();
  for (let line: usize = 0; line < lines; line++) {
    if (half === 1) haar<T>(a, d, taps, out, pairs);
    else weave<T>(a, d, sizeof<T>(), half, taps, out, 0, pairs, true);
    a += coefficients;
    d += coefficients;
    out += 2 * pairs * sizeof<T>();
  }
}

/** Two taps: they stay in registers. */
function haar<T>(a: usize, d: usize, taps: usize, out: usize, pairs: usize): void {
  const bytes = pairs * sizeof<T>();
  const le = v128.load_splat<T>(taps);
  const lo = v128.load_splat<T>(taps, sizeof<T>());
  const he = v128.load_splat<T>(taps, 2 * sizeof<T>());
  const ho = v128.load_splat<T>(taps, 3 * sizeof<T>());
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const low = v128.load(a + at);
    const high = v128.load(d + at);
    const e = v128.add<T>(v128.mul<T>(le, low), v128.mul<T>(he, high));
    const o = v128.add<T>(v128.mul<T>(lo, low), v128.mul<T>(ho, high));
    v128.store(out + 2 * at, firstPairs<T>(e, o));
    v128.store(out + 2 * at, lastPairs<T>(e, o), 16);
  }
  for (; at < bytes; at += sizeof<T>()) {
    const low = load<T>(a + at);
    const high = load<T>(d + at);
    store<T>(out + 2 * at, load<T>(taps) * low + load<T>(taps, 2 * sizeof<T>()) * high);
    store<T>(
      out + 2 * at,
      load<T>(taps, sizeof<T>()) * low + load<T>(taps, 3 * sizeof<T>()) * high,
      sizeof<T>(),
    );
  }
}

function firstPairs<T>(even: v128, odd: v128): v128 {
  return sizeof<T>() === 4 ? v128.shuffle<f32>(even, odd, 0, 4, 1, 5) : v128.shuffle<f64>(even, odd, 0, 2);
}

function lastPairs<T>(even: v128, odd: v128): v128 {
  return sizeof<T>() === 4 ? v128.shuffle<f32>(even, odd, 2, 6, 3, 7) : v128.shuffle<f64>(even, odd, 1, 3);
}

// For float32 and float64; all arguments are byte offsets into the one memory, or counts.

export function synthesiseLines32(
  a: usize,
  d: usize,
  lines: usize,
  half: usize,
  taps: usize,
  out: usize,
  pairs: usize,
): void {
  synthesiseLines<f32>(a, d, lines, half, taps, out, pairs);
}
export function synthesiseLines64(
  a: usize,
  d: usize,
  lines: usize,
  half: usize,
  taps: usize,
  out: usize,
  pairs: usize,
): void {
  synthesiseLines<f64>(a, d, lines, half, taps, out, pairs);
}
export function weave32(
  a: usize,
  d: usize,
  step: usize,
  half: usize,
  taps: usize,
  even: usize,
  odd: usize,
  count: usize,
): void {
  weave<f32>(a, d, step, half, taps, even, odd, count, false);
}

export function blend32(
  a: usize,
  d: usize,
  shift: usize,
  step: usize,
  half: usize,
  taps: usize,
  out: usize,
  count: usize,
): void {
  blend<f32>(a, d, shift, step, half, taps, out, count);
}

export function weave64(
  a: usize,
  d: usize,
  step: usize,
  half: usize,
  taps: usize,
  even: usize,
  odd: usize,
  count: usize,
): void {
  weave<f64>(a, d, step, half, taps, even, odd, count, false);
}

export function blend64(
  a: usize,
  d: usize,
  shift: usize,
  step: usize,
  half: usize,
  taps: usize,
  out: usize,
  count: usize,
): void {
  blend<f64>(a, d, shift, step, half, taps, out, count);
}
