import type { Engine, HalfDType } from "@waveft/autograd";
import { cast, encodeHalf, hostTensor, mul, Parameter, sum } from "@waveft/autograd";
import { assignChecks, residenceChecks } from "../../../autograd/test/assign-checks";
import { onnxEngine } from "../../src";
import { runOn } from "../run";
import { checksOf } from "../suite";
import { makeTraining } from "../training";

// What a page of Chromium runs: the engine as a bundler puts it into one file, onnxruntime-web included.

const engines = new Map<string, Promise<Engine>>();
const engineOf = (provider: string): Promise<Engine> => {
  const engine = engines.get(provider) ?? onnxEngine(provider);
  engines.set(provider, engine);
  return engine;
};

/** What is wrong on a device, by the name of the check; Node runs the whole suite on WebGPU. */
export const check = async (provider: "wasm" | "webgpu"): Promise<Record<string, readonly string[]>> => {
  const engine = await engineOf(provider);
  const found: Record<string, readonly string[]> = {};
  for (const { name, complaints } of checksOf(`onnx:${provider}`, provider === "webgpu"))
    found[name] = await complaints(engine).catch((error: unknown) => [String(error)]);
  return found;
};

/** Assigned parameters: by check, what is wrong. */
export const state = async (provider: "wasm" | "webgpu"): Promise<Record<string, readonly string[]>> => {
  const engine = await onnxEngine(provider);
  const found: Record<string, readonly string[]> = {};
  for (const { name, complaints } of [...(provider === "webgpu" ? residenceChecks : []), ...assignChecks]) {
    const wrong = await complaints(engine).catch((error: unknown) => [String(error)]);
    if (wrong.length > 0) found[name] = wrong;
  }
  await engine.dispose!();
  return found;
};

const trainings = new Map<string, ReturnType<typeof makeTraining>>();

/** Trains on, and gives the loss. */
export const train = async (provider: string, width: number, steps: number): Promise<number> => {
  const training = trainings.get(provider) ?? makeTraining(await engineOf(provider), width);
  trainings.set(provider, training);
  return training.steps(steps);
};

/** A half-precision parameter of ones, fed and embedded: its sum, and its bits when they come back. */
export const half = async (provider: string, dtype: HalfDType): Promise<unknown[]> => {
  const results: unknown[] = [];
  for (const embedFrozen of [false, true]) {
    const engine = await onnxEngine(provider, { embedFrozen });
    const bits = hostTensor(encodeHalf(dtype, new Float32Array(80).fill(1)), [80], dtype);
    const weight = new Parameter(bits, { requiresGrad: false });
    const [total, same] = await runOn(engine, [], () => [sum(cast(weight, "float32")), weight.tensor]);
    results.push(total!.data[0], same!.data.constructor.name, same!.data[79]);
    await engine.dispose!();
  }
  return results;
};

/** Runs of several graphs that are started together. */
export const together = async (provider: string): Promise<number[]> => {
  const engine = await engineOf(provider);
  const results = await Promise.all(
    [1, 2, 3, 4].map((n) => runOn(engine, [hostTensor([n, n], [2])], (x) => [sum(mul(x!, n))])),
  );
  return results.map(([y]) => y!.data[0]!);
};
