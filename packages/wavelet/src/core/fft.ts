/** The discrete Fourier transforms of one length, a power of two. */
export class PowerOfTwoFft {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#reversed = new Uint32Array(size);
    for (let i = 1; i < size; i++) {
      this.#reversed[i] = (this.#reversed[i >> 1]! >> 1) | (i & 1 ? size >> 1 : 0);
    }
  }

  /** Σ_t (re + i·im)[t]·e^(−2πi·kt / size), in place. */
  forward(re: Float64Array, im: Float64Array): void {
    const { size } = this;
    const [cos, sin, reversed] = [this.#cos, this.#sin, this.#reversed];
    for (let i = 0; i < size; i++) {
      const j = reversed[i]!;
      if (j > i) {
        const a = re[i]!;
        const b = im[i]!;
        re[i] = re[j]!;
        im[i] = im[j]!;
        re[j] = a;
        im[j] = b;
      }
    }
    // Two halvings at a time; one alone first if their number is odd.
    let quarter = 1;
    if (Math.log2(size) % 2 === 1) {
      for (let i = 0; i < size; i += 2) {
        const a = re[i + 1]!;
        const b = im[i + 1]!;
        re[i + 1] = re[i]! - a;
        im[i + 1] = im[i]! - b;
        re[i]! += a;
        im[i]! += b;
      }
      quarter = 2;
    }
    for (; quarter < size; quarter *= 4) {
      const stride = size / (4 * quarter);
      for (let k = 0; k < quarter; k++) {
        const c1 = cos[k * stride]!;
        const s1 = sin[k * stride]!;
        const c2 = cos[2 * k * stride]!;
        const s2 = sin[2 * k * stride]!;
        for (let i = k; i < size; i += 4 * quarter) {
          const [i1, i2, i3] = [i + quarter, i + 2 * quarter, i + 3 * quarter];
          // e^(−2πi·2k/4q) · (x1, x3)
          const re1 = re[i1]! * c2 + im[i1]! * s2;
          const im1 = im[i1]! * c2 - re[i1]! * s2;
          const re3 = re[i3]! * c2 + im[i3]! * s2;
          const im3 = im[i3]! * c2 - re[i3]! * s2;
          const sumRe = re[i]! + re1;
          const sumIm = im[i]! + im1;
          const differenceRe = re[i]! - re1;
          const differenceIm = im[i]! - im1;
          const upperRe = re[i2]! + re3;
          const upperIm = im[i2]! + im3;
          const lowerRe = re[i2]! - re3;
          const lowerIm = im[i2]! - im3;
          // e^(−2πi·k/4q) · (upper, −i · lower)
          const evenRe = upperRe * c1 + upperIm * s1;
          const evenIm = upperIm * c1 - upperRe * s1;
          const oddRe = lowerIm * c1 - lowerRe * s1;
          const oddIm = -lowerRe * c1 - lowerIm * s1;
          re[i] = sumRe + evenRe;
          im[i] = sumIm + evenIm;
          re[i1] = differenceRe + oddRe;
          im[i1] = differenceIm + oddIm;
          re[i2] = sumRe - evenRe;
          im[i2] = sumIm - evenIm;
          re[i3] = differenceRe - oddRe;
          im[i3] = differenceIm - oddIm;
        }
      }
    }
  }

  /** Undoes `forward`, in place. */
  inverse(re: Float64Array, im: Float64Array): void {
    this.forward(im, re);
    for (let i = 0; i < this.size; i++) {
      re[i]! /= this.size;
      im[i]! /= this.size;
    }
  }
}

/** The least power of two that is not below n. */
export function powerOfTwoFrom(n: number): number {
  let size = 1;
  while (size < n) size *= 2;
  return size;
}

/**
 * The transform of any length n, as new arrays: with the chirp w[k] = e^(−πi·k² / n) it is
 * w[k]·Σ_t (w[t]·x[t])·conj(w[k − t]), a convolution.
 */
export function dft(re: Float64Array, im: Float64Array): readonly [re: Float64Array, im: Float64Array] {
  const n = re.length;
  const size = powerOfTwoFrom(n);
  if (size === n) {
    const whole = [re.slice(), im.slice()] as const;
    new PowerOfTwoFft(n).forward(...whole);
    return whole;
  }
  const fft = new PowerOfTwoFft(powerOfTwoFrom(2 * n - 1));
  const zeros = () => new Float64Array(fft.size);
  const [aRe, aIm, bRe, bIm] = [zeros(), zeros(), zeros(), zeros()];
  // k² mod 2n keeps the angle small.
  const angle = (k: number) => (Math.PI * ((k * k) % (2 * n))) / n;
  for (let k = 0; k < n; k++) {
    const c = Math.cos(angle(k));
    const s = Math.sin(angle(k));
    aRe[k] = re[k]! * c + im[k]! * s;
    aIm[k] = im[k]! * c - re[k]! * s;
    bRe[k] = c;
    bIm[k] = s;
    if (k > 0) {
      bRe[fft.size - k] = c;
      bIm[fft.size - k] = s;
    }
  }
  fft.forward(aRe, aIm);
  fft.forward(bRe, bIm);
  multiply(aRe, aIm, bRe, bIm);
  fft.inverse(aRe, aIm);
  const [outRe, outIm] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    const c = Math.cos(angle(k));
    const s = Math.sin(angle(k));
    outRe[k] = aRe[k]! * c + aIm[k]! * s;
    outIm[k] = aIm[k]! * c - aRe[k]! * s;
  }
  return [outRe, outIm];
}

/** a · b into a. */
export function multiply(aRe: Float64Array, aIm: Float64Array, bRe: Float64Array, bIm: Float64Array): void {
  for (let k = 0; k < aRe.length; k++) {
    const re = aRe[k]! * bRe[k]! - aIm[k]! * bIm[k]!;
    aIm[k] = aRe[k]! * bIm[k]! + aIm[k]! * bRe[k]!;
    aRe[k] = re;
  }
}
