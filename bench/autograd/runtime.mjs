// ONNX Runtime without us: what its own operators reach, and the time it takes to open a session.
import { createRequire } from "node:module";
import { toOnnx } from "../../packages/engine-onnx/dist/index.js";

/** Finds the copies that the engine uses. */
export const requireOfEngine = createRequire(
  new URL("../../packages/engine-onnx/package.json", import.meta.url),
);
export const loadRuntime = () => requireOfEngine("onnxruntime-node");
export const runtimeVersion = requireOfEngine("onnxruntime-node/package.json").version;

/**
 * One MatMul [m, k] × [k, n] as a session of its own with ONNX Runtime's default options, both operands fed in
 * place and the result written into an array that is there already: nothing but the product costs time.
 */
export const openProduct = async (A, [m, k, n], left, right) => {
  const input = (shape, index) => new A.Tensor("input", [], { index }, shape, "float32");
  const [a, b] = [input([m, k], 0), input([k, n], 1)];
  const { InferenceSession, Tensor } = loadRuntime();
  const model = toOnnx(A.makeGraph([a, b], [A.matmul(a, b)]));
  const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
  const [first, second] = session.inputNames;
  const feeds = {
    [first]: new Tensor("float32", left, [m, k]),
    [second]: new Tensor("float32", right, [k, n]),
  };
  const fetches = { [session.outputNames[0]]: new Tensor("float32", new Float32Array(m * n), [m, n]) };
  return { run: () => session.run(feeds, fetches), close: () => session.release() };
};
