import { cwt, frequency2scale } from "@waveft/wavelet";

const rate = 1000; // Hz
const seconds = Float64Array.from({ length: 2048 }, (_, i) => i / rate);
const chirp = seconds.map((t) => Math.sin(2 * Math.PI * (10 + 40 * t) * t)); // 10 Hz and 80 Hz more every second

const frequencies = Float64Array.from({ length: 121 }, (_, i) => (5 * 2 ** (i / 20)) / rate); // 5 Hz to 320 Hz
const scales = frequency2scale("cmor1.5-1.0", frequencies);
const { coefs, freqs } = cwt(chirp, scales, "cmor1.5-1.0", { samplingPeriod: 1 / rate, method: "fft" });
const magnitude = coefs.re.data.map((re, i) => Math.hypot(re, coefs.im.data[i])); // 121 × 2048

export { chirp, freqs, magnitude, rate };
