import { add, addScore, SparseParameter, scoreCoordinates, sddmm, spmm } from "@waveft/sparse";
import { gradient, loss, product, samples, shape, x, y } from "./regression";

const weight = new Float32Array(16 * 32); // the pretrained weight; it stays frozen

// The empirical Fisher information: squared gradients, one example at a time.
const fisher = new Float32Array(weight.length);
for (let t = 0; t < samples; t++) addScore(fisher, "fisher", { gradient: gradient(weight, t, t + 1) });

// Only the 20 % of the entries that have most of it are trained, as an update beside the weight.
const update = new SparseParameter(scoreCoordinates(fisher, shape, 102));
const base = product(weight);
const forward = () => spmm(x, update, { transpose: true, into: base.slice() }); // x·(W + ΔW)ᵀ
for (let i = 0; i < 300; i++) {
  const difference = forward().map((value, j) => value - y[j]!);
  const slope = sddmm(update.coordinates, difference, x, { transposeA: true, scale: 1 / samples });
  update.set(update.values.map((value, j) => value - 0.5 * slope[j]!));
}
console.log(loss(base), loss(forward()));

add(update, weight); // merged: weight += ΔW
console.log(loss(product(weight)));

export { fisher, update };
