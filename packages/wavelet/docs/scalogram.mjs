import { cwt, frequency2scale } from "@waveft/wavelet";

const rate = 1000; // Hz
const chirp = Float64Array.from({ length: 2048 }, (_, i) => Math.sin(2 * Math.PI * (10 + 40 * (i / rate)) * (i / rate)));

const wavelet = "cmor1.5-1.0";
const frequencies = Float64Array.from({ length: 120 }, (_, i) => 5 * 2 ** (i / 20)); // 5 Hz to 310 Hz
const scales = frequency2scale(wavelet, frequencies.map((frequency) => frequency / rate));
const { coefs, freqs } = cwt(chirp, scales, wavelet, { samplingPeriod: 1 / rate, method: "fft" });
const magnitude = coefs.re.data.map((re, i) => Math.hypot(re, coefs.im.data[i])); // [120, 2048]

export { chirp, freqs, magnitude, rate };
