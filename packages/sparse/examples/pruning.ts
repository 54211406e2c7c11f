import { applyMask, magnitudeCoordinates } from "@waveft/sparse";
import { gradient, loss, product, shape } from "./regression";

const weight = new Float32Array(16 * 32);
const step = () => {
  const slope = gradient(weight);
  for (let i = 0; i < weight.length; i++) weight[i]! -= 0.5 * slope[i]!; // any optimizer will do
};

for (let i = 0; i < 200; i++) step();
const dense = loss(product(weight));

const kept = magnitudeCoordinates(weight, shape, 26); // the largest 5 %
applyMask(kept, weight); // all others become 0
const pruned = loss(product(weight));

for (let i = 0; i < 200; i++) {
  step();
  applyMask(kept, weight); // momentum or weight decay cannot bring the others back
}
console.log(dense, pruned, loss(product(weight)));

export { kept, weight };
