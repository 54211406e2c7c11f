import { SparseParameter, scoreCoordinates, scoreOf, sddmm, spmm } from "@waveft/sparse";
import { gradient, loss, samples, shape, x, y } from "./regression";

/** Adam whose moments are kept for the selected entries alone: 8 bytes for each, none for the rest. */
function sparseAdam(parameter: SparseParameter, rate: number) {
  const { values } = parameter;
  const first = new Float32Array(values.length);
  const second = new Float32Array(values.length);
  let t = 0;
  return (slope: Float32Array) => {
    t++;
    for (let i = 0; i < values.length; i++) {
      first[i] = 0.9 * first[i]! + 0.1 * slope[i]!;
      second[i] = 0.999 * second[i]! + 0.001 * slope[i]! ** 2;
      const mean = first[i]! / (1 - 0.9 ** t);
      values[i]! -= (rate * mean) / (Math.sqrt(second[i]! / (1 - 0.999 ** t)) + 1e-8);
    }
    parameter.touch();
  };
}

// The 5 % of the places where the gradient at zero is largest.
const steepest = scoreOf("gradient", { gradient: gradient(new Float32Array(16 * 32)) });
const parameter = new SparseParameter(scoreCoordinates(steepest, shape, 26));
const step = sparseAdam(parameter, 0.1);

const forward = () => spmm(x, parameter, { transpose: true }); // x·Wᵀ
/** ∂/∂W ½ Σ (x·Wᵀ − y)² / samples, at the places alone. */
const slope = () => {
  const difference = forward().map((value, j) => value - y[j]!);
  return sddmm(parameter.coordinates, difference, x, { transposeA: true, scale: 1 / samples });
};

const before = loss(forward());
for (let i = 0; i < 200; i++) step(slope());
console.log(before, loss(forward()));

export { parameter, slope };
