import * as autograd from "@waveft/autograd";
import { hostTensor, type Tensor } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import type { softsign as Softsign } from "../examples/packages/autograd/src/ops/softsign";

const { softsign } = autograd as typeof autograd & { softsign: typeof Softsign };

const values = [-30, -3, -0.5, -0.1, 0.25, 2, 20];
const x = hostTensor(values, [values.length]);
const weights = hostTensor([1, -2, 3, 0.5, -1, 2, 4], [values.length]);

describe.each(["gpu:cpu", "gpu:webasm", "onnx:cpu"])("a new op on %s", (device) => {
  test("gives its value", async () => {
    const run = autograd.compile((input: Tensor) => softsign(input), { device });
    const { data } = await run(x);
    expect(data as Float32Array).toBeAllclose(
      values.map((v) => v / (1 + Math.abs(v))),
      1e-6,
    );
    await run.dispose();
  });

  test("gives its gradient, and the gradient's", async () => {
    const loss = (input: Tensor, weight: Tensor) => autograd.sum(autograd.mul(weight, softsign(input)));
    const run = autograd.compile(
      (input: Tensor, weight: Tensor) => {
        const slope = autograd.gradients(loss(input, weight), [input])[0]!;
        return [slope, autograd.gradients(autograd.sum(slope), [input])[0]!];
      },
      { device },
    );
    const [first, second] = await run(x, weights);
    const times = (f: (v: number) => number) => values.map((v, i) => f(v) * weights.data[i]!);
    expect(first!.data).toBeAllclose(
      times((v) => (1 + Math.abs(v)) ** -2),
      1e-5,
    );
    expect(second!.data).toBeAllclose(
      times((v) => -2 * Math.sign(v) * (1 + Math.abs(v)) ** -3),
      1e-5,
    );
    await run.dispose();
  });
});
