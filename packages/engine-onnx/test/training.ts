import type { Engine } from "@waveft/autograd";
import {
  AdamW,
  compile,
  crossEntropy,
  gradients,
  hostTensor,
  Linear,
  mean,
  relu,
  type Tensor,
} from "@waveft/autograd";

const wave = (size: number, by: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * by));

/**
 * A training run of a small network, resumable: each call of `steps` trains on and gives the last loss. At width
 * 256 the gradient of a layer takes 256 KiB, so that a leak of one a step shows.
 */
export const makeTraining = (engine: Engine, width = 256) => {
  const layers = [new Linear(width, width), new Linear(width, width), new Linear(width, 10)];
  layers.forEach((layer, i) => {
    layer.weight.data = wave(layer.weight.data.length, 1.3 + i).map((value) => value * 0.1);
  });
  const frozen = layers[1]!;
  frozen.weight.requiresGrad = false;
  const parameters = layers.flatMap((layer) => (layer === frozen ? [] : layer.parameters()));
  const optimizer = new AdamW(parameters, { learningRate: 0.002 });
  const step = compile(
    (x: Tensor, labels: Tensor) => {
      const y = layers.reduce((value, layer, i) => layer.forward(i === 0 ? value : relu(value)), x);
      const loss = mean(crossEntropy(y, labels));
      return { loss, gradients: gradients(loss, parameters) };
    },
    { device: engine },
  );
  const x = hostTensor(wave(32 * width, 0.7), [32, width]);
  const labels = hostTensor(
    Int32Array.from({ length: 32 }, (_, i) => i % 10),
    [32],
  );
  return {
    steps: async (count: number): Promise<number> => {
      let last = Number.NaN;
      for (let i = 0; i < count; i++) {
        const { loss, gradients } = await step(x, labels);
        optimizer.step(gradients.map(({ data }) => data as Float32Array));
        last = loss.data[0]!;
      }
      return last;
    },
    dispose: () => step.dispose(),
  };
};
