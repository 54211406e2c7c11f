// One adapted layer [out, in] on onnx:cpu: a step is y = x Wᵀ forward, and backward to x and the coefficients.
import * as A from "../../packages/autograd/dist/index.js";
import { AdaptedLinear, methods, WaveFTConfig } from "../../packages/peft/dist/index.js";
import { random } from "../autograd/blocks.mjs";

const parameter = (data, shape) =>
  new A.Parameter({ data, shape, dtype: "float32" }, { requiresGrad: false });

/** Weight, input and cotangent of a layer. */
export const makeOperands = ({ out, width, tokens }) => {
  const linear = new A.Linear(width, out);
  linear.weight = parameter(random(out * width, 1), [out, width]);
  linear.bias.requiresGrad = false;
  return {
    linear,
    x: parameter(random(tokens * width, 2, 1), [tokens, width]),
    dy: parameter(random(tokens * out, 3, 1), [tokens, out]),
  };
};

/** A layer's WaveFT adapter; the coefficients are not zero. */
export const makeAdapter = ({ out, width }, { wavelet, count }) => {
  const config = new WaveFTConfig({ waveletFamily: wavelet, nFrequency: count });
  const layer = { name: "layer", outFeatures: out, inFeatures: width, dtype: "float32" };
  const [adapter] = methods.WAVEFT.createAdapters(config, [layer]);
  adapter.parameters.waveft_spectrum.data = random(count, 4, 1e-3);
  return adapter;
};

/**
 * A step as a function: the host's part, then one launch. `choice` is what the adapter's own choice is replaced by;
 * without an adapter it is the frozen layer's step.
 */
export const openStep = async (engine, { linear, x, dy }, adapter, choice) => {
  const layer =
    adapter === undefined
      ? linear
      : new AdaptedLinear(linear, { strategy: choice.strategy, model: { device: engine } });
  const coefficients = adapter?.parameters.waveft_spectrum;
  if (adapter !== undefined) {
    layer.addAdapter("default", { ...adapter, choose: () => choice });
    layer.setActive(["default"]);
  }
  const wrt = coefficients === undefined ? [x] : [x, coefficients];
  const slopes = A.pullback([layer.forward(x.tensor)], [dy.tensor], wrt);
  // The gradient of x stays inside, as in a model.
  const outputs = [A.sum(A.sum(slopes[0], { axes: 1 })), ...slopes.slice(1)];
  const executable = await engine.compile(A.makeGraph([], outputs));
  return {
    run: async () => {
      coefficients?.touch();
      return executable.run([]);
    },
    close: async () => {
      await executable.dispose();
      if (adapter !== undefined) layer.unwrap();
    },
  };
};
