import type { Engine } from "../src";
import { assign, compile, gradients, hostTensor, Parameter, type Tensor } from "../src";
import * as ops from "../src/ops";

const wave = (size: number, by: number, scale = 1): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i * by + 1));

/** A small network, trained on the host: its loss before and after. A step gives 10 kB, so that keeping them shows. */
export const trainNetwork = async (
  engine: Engine,
  steps: number,
): Promise<{ first: number; last: number }> => {
  const [count, inner] = [16, 24];
  const weights = [
    new Parameter(hostTensor(wave(inner * 3, 1.7, 0.5), [inner, 3])),
    new Parameter(hostTensor(new Float32Array(inner), [inner])),
    new Parameter(hostTensor(wave(inner, 2.3, 0.3), [1, inner])),
  ];
  const [w, b, v] = weights as [Parameter, Parameter, Parameter];
  const step = compile(
    (x: Tensor, y: Tensor) => {
      const error = ops.sub(ops.linear(ops.tanh(ops.linear(x, w, b)), v), y);
      const loss = ops.div(ops.sum(ops.mul(error, error)), count);
      return { loss, slopes: gradients(loss, weights), more: ops.broadcastTo(loss, [2400]) };
    },
    { device: engine },
  );
  const x = hostTensor(wave(count * 3, 0.9), [count, 3]);
  const y = hostTensor(
    Float32Array.from({ length: count }, (_, i) => x.data[3 * i]! * 0.5 + 0.2),
    [count, 1],
  );
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { loss, slopes } = await step(x, y);
    losses.push(loss.data[0]!);
    weights.forEach((weight, k) => {
      const slope = slopes[k]!.data;
      for (let j = 0; j < slope.length; j++) weight.data[j]! -= 0.1 * slope[j]!;
      weight.touch();
    });
  }
  await step.dispose();
  return { first: losses[0]!, last: losses.at(-1)! };
};

/** Plans of different shapes, each compiled, run and disposed. */
export const comeAndGo = async (engine: Engine, from: number, plans: number): Promise<void> => {
  for (let i = from; i < from + plans; i++) {
    const twice = compile((x: Tensor) => ops.softmax(ops.matmul(x, x, { transposeB: true })), {
      device: engine,
    });
    await twice(hostTensor(wave(40 * (30 + i), 0.3), [30 + i, 40]));
    await twice.dispose();
  }
};

/** Launches that assign a moving average, and a row of a cache. An average takes 10 kB, so that keeping them shows. */
export const assignOverAndOver = async (engine: Engine, launches: number): Promise<void> => {
  const size = 2500;
  const [average, cache] = [
    new Parameter(hostTensor(new Float32Array(size), [size])),
    new Parameter(hostTensor(new Float32Array(8 * 16), [8, 16])),
  ];
  const step = compile(
    (x: Tensor, row: Tensor, start: Tensor) => ({
      sum: ops.sum(average),
      set: [
        assign(average, ops.add(ops.mul(average, 0.5), ops.broadcastTo(x, [size]))),
        assign(cache, row, { axis: 0, start }),
      ],
    }),
    { device: engine },
  );
  const row = hostTensor(wave(16, 0.3), [1, 16]);
  for (let i = 0; i < launches; i++)
    await step(hostTensor([1], []), row, hostTensor(Int32Array.of(i % 8), []));
  const [last] = await average.fetch();
  if (Math.abs(last! - 2) > 1e-5) throw new Error(`the average is ${last}`);
  await step.dispose();
  average.dispose();
  cache.dispose();
};
