import { expect, test } from "vitest";
import {
  add,
  attention,
  compile,
  constant,
  gradients,
  isAutogradError,
  matmul,
  mul,
  Parameter,
} from "../src";

const a = constant([1, 2], [2]);
const b = constant([1, 2, 3], [3]);

const errorOf = (call: () => unknown): { message: string; sentence: string; callSite: string | null } => {
  try {
    call();
  } catch (error) {
    if (isAutogradError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

/** The line that called this function. */
const line = (): number =>
  Number(/call-site\.test\.ts:(\d+):\d+/.exec(new Error().stack!.split("\n")[2]!)![1]);

test("a shape error names the op, both shapes and the line of the call", () => {
  const { message, sentence, callSite } = errorOf(() => add(a, b));
  expect(sentence).toBe("add: shapes [2] and [3] do not broadcast");
  expect(callSite).toMatch(/\/autograd\/test\/call-site\.test\.ts:\d+:\d+$/);
  expect(message).toBe(`${sentence} (at ${callSite})`);
});

test("the line is the user's, also below composed functions, gradients and compiled functions", async () => {
  const x = constant(new Float32Array(8), [1, 1, 4, 2]);
  const wide = constant(new Float32Array(12), [1, 1, 4, 3]);
  const composed = [errorOf(() => attention(x, wide, wide)), line()] as const;
  const derived = [errorOf(() => gradients(mul(a, a), [a])), line()] as const;
  for (const [{ callSite }, at] of [composed, derived])
    expect(callSite).toMatch(new RegExp(`call-site\\.test\\.ts:${at}:\\d+$`));

  const traced = compile(() => matmul(a, b), { device: "gpu:cpu" });
  const from = line() - 1;
  const error: unknown = await traced().catch((reason: unknown) => reason);
  expect(isAutogradError(error) && error.message).toMatch(
    new RegExp(`^matmul: .*\\[2\\].*\\[3\\].*call-site\\.test\\.ts:${from}:\\d+\\)$`),
  );
});

test("other errors name the line too", () => {
  const parameter = new Parameter({ data: new Float32Array(2), shape: [2], dtype: "float32" });
  const { message } = errorOf(() => {
    parameter.data = new Float32Array(3);
  });
  expect(message).toMatch(
    /^parameter: Float32Array\(3\) cannot replace .* \(at .*call-site\.test\.ts:\d+:\d+\)$/,
  );
});
