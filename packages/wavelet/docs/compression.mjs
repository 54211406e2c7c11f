import { arrayToCoeffs, coeffsToArray, threshold, wavedec2, waverec2 } from "@waveft/wavelet";
import { scene } from "./support.mjs";

const image = scene(256); // an ndarray of 256 × 256 greys
const mode = "periodization"; // as many coefficients as pixels
const { coeffArr, coeffSlices } = coeffsToArray(wavedec2(image, "bior4.4", { mode }));
const sizes = coeffArr.data.map(Math.abs).sort();

/** The image of the largest coefficients alone. */
function compressed(share) {
  const least = sizes.at(-Math.round(share * sizes.length));
  const kept = threshold(coeffArr, least, { mode: "hard" });
  return waverec2(arrayToCoeffs(kept, coeffSlices, { outputFormat: "wavedec2" }), "bior4.4", { mode });
}

export { compressed, image };
