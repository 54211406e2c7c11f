// jax-js on its wasm backend: weights resident, value and gradient under one jit.
import * as jax from "@jax-js/jax";
import { lossOf, makeInput, makeWeights } from "../blocks.mjs";
import { serve } from "./page.mjs";

const { numpy: np, nn } = jax;

/** jax-js functions own their arguments; while jit traces, a reference too many costs nothing. */
const libOf = (length) => {
  const layerNorm = (x, weight, bias) => nn.standardize(x.ref, -1).mul(weight.ref).add(bias.ref);
  return {
    linear: (x, weight, bias) => np.matmul(x.ref, np.transpose(weight.ref)).add(bias.ref),
    layerNorm,
    attention: (q, k, v) => {
      const places = np.arange(length);
      const later = np.less(places.ref.reshape([length, 1]), places.reshape([1, length]));
      const scores = np.matmul(q.ref, np.transpose(k.ref, [0, 1, 3, 2]));
      return np.matmul(nn.softmax(np.where(later, -1e9, scores), -1), v.ref);
    },
    transpose: (x, axes) => np.transpose(x.ref, axes),
    reshape: (x, shape) => x.ref.reshape(shape),
    relu: (x) => nn.relu(x.ref),
    add: (a, b) => a.ref.add(b.ref),
    scale: (x, factor) => x.ref.mul(factor),
    sumOfSquares: (x) => x.ref.mul(x.ref).sum(-1).sum(),
  };
};

serve(async ({ config, blocks }) => {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const array = ({ data, shape }) => np.array(data).reshape(shape);
  const weights = makeWeights(config, blocks).map((block) =>
    Object.fromEntries(Object.entries(block).map(([name, value]) => [name, array(value)])),
  );
  const x = array(makeInput(config));
  const lib = libOf(config.length);
  const step = jax.jit((input, frozen) =>
    jax.valueAndGrad((given) => lossOf(lib, given, frozen, config))(input),
  );
  const launch = async () => {
    const [value, gradient] = step(x.ref, jax.tree.ref(weights));
    const [[loss], dx] = [await value.data(), await gradient.data()];
    return { loss, dx };
  };
  return { launch, about: { threads: navigator.hardwareConcurrency } };
});
