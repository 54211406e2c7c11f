import { compile, gradients, hostTensor, linear, mul, Parameter, sum, type Tensor } from "@waveft/autograd";
import { expect, test } from "vitest";
import { onnxEngine } from "../src";

test("the README's example", async () => {
  const weight = new Parameter(hostTensor([1, 2, 3, 4], [2, 2]));
  const step = compile(
    (x: Tensor) => {
      const y = linear(x, weight);
      const loss = sum(mul(y, y));
      return { loss, gradient: gradients(loss, [weight])[0]! };
    },
    { device: await onnxEngine("cpu") },
  );
  const { loss, gradient } = await step(hostTensor([1, 1], [1, 2]));
  expect([...loss.data, ...gradient.data]).toEqual([58, 6, 6, 14, 14]);
  await step.dispose();
});
