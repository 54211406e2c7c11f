import { demoSignal, threshold, wavedec, waverec } from "@waveft/wavelet";
import { noise } from "./support.mjs";

const clean = demoSignal("Doppler", 2048);
const noisy = noise(2048).map((value, i) => clean[i] + value / 20);

const [cA, ...details] = wavedec(noisy, "sym8");
const finest = details.at(-1).map(Math.abs).sort();
const sigma = finest[finest.length >> 1] / 0.6745; // the noise, by the median of the finest details
const bound = sigma * Math.sqrt(2 * Math.log(noisy.length));
const kept = details.map((detail) => threshold(detail, bound, { mode: "hard" }));
const denoised = waverec([cA, ...kept], "sym8");

export { clean, denoised, noisy };
