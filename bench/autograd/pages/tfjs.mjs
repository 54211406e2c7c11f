// tfjs on its wasm backend at its best: weights resident, gradient by its tape, every product the fast one.
import { getThreadsCount, setThreadsCount, setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
// Bundlers leave out what the main entry only imports for its effect.
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { lossOf, makeInput, makeWeights } from "../blocks.mjs";
import { serve } from "./page.mjs";

// The backend's fast product (XNNPACK) is of two matrices as they are stored; transposed or batched operands take
// another, ten times slower. So these here transpose by themselves, and attention goes head by head.

const product = tf.customGrad((a, b, save) => {
  save([a, b]);
  return {
    value: tf.matMul(a, b),
    gradFunc: (dy, [left, right]) => [tf.matMul(dy, tf.transpose(right)), tf.matMul(tf.transpose(left), dy)],
  };
});

const headsOf = (x) => tf.unstack(tf.squeeze(x, [0]));

/** By a frozen weight that is held both ways round, so that its own gradient is never computed. */
const frozenProduct = (x, { there, back }) =>
  tf.customGrad((input) => ({
    value: tf.matMul(input, there),
    gradFunc: (dy) => tf.matMul(dy, back),
  }))(x);

const libOf = (length) => {
  const mask = tf.tidy(() => {
    const places = tf.range(0, length, 1, "int32");
    const later = tf.less(tf.reshape(places, [length, 1]), tf.reshape(places, [1, length]));
    return tf.mul(tf.cast(later, "float32"), -1e9);
  });
  return {
    linear: (x, weight, bias) => {
      const y = tf.add(frozenProduct(tf.reshape(x, [-1, x.shape.at(-1)]), weight), bias);
      return tf.reshape(y, [...x.shape.slice(0, -1), y.shape[1]]);
    },
    layerNorm: (x, weight, bias) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.mul(centred, centred), -1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
    },
    attention: (q, k, v) => {
      const [keys, values] = [headsOf(k), headsOf(v)];
      const attended = headsOf(q).map((query, i) =>
        product(tf.softmax(tf.add(product(query, tf.transpose(keys[i])), mask)), values[i]),
      );
      return tf.expandDims(tf.stack(attended));
    },
    transpose: tf.transpose,
    reshape: tf.reshape,
    relu: tf.relu,
    add: tf.add,
    scale: tf.mul,
    sumOfSquares: (x) => tf.sum(tf.sum(tf.mul(x, x), -1)),
  };
};

serve(async ({ config, blocks }) => {
  setWasmPaths("/tfjs/");
  setThreadsCount(navigator.hardwareConcurrency);
  await tf.setBackend("wasm");
  await tf.ready();
  const tensor = ({ data, shape }) => {
    const made = tf.tensor(data, shape);
    return shape.length === 2 ? { there: tf.transpose(made), back: made } : made;
  };
  const weights = makeWeights(config, blocks).map((block) =>
    Object.fromEntries(Object.entries(block).map(([name, value]) => [name, tensor(value)])),
  );
  const { data, shape } = makeInput(config);
  const x = tf.tensor(data, shape);
  const lib = libOf(config.length);
  const valueAndGradient = tf.valueAndGrad((input) => lossOf(lib, input, weights, config));
  const launch = async () => {
    const { value, grad } = tf.tidy(() => valueAndGradient(x));
    const [[loss], dx] = [await value.data(), await grad.data()];
    tf.dispose([value, grad]);
    return { loss, dx };
  };
  const [simd, threads] = await Promise.all(
    ["WASM_HAS_SIMD_SUPPORT", "WASM_HAS_MULTITHREAD_SUPPORT"].map((flag) => tf.env().getAsync(flag)),
  );
  return {
    launch,
    about: { version: version_wasm, simd, threads: threads ? getThreadsCount() : 1 },
  };
});
