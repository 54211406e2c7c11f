import type { Engine } from "@waveft/autograd";
import { hostTensor, Parameter } from "@waveft/autograd";
import { opCases, runCase } from "../../../autograd/test/op-cases";
import { onnxEngine } from "../../src";
import { complaints } from "../suite";
import { makeTraining } from "../training";

// What a page of Chromium runs: the engine as a bundler puts it into one file, onnxruntime-web included.

/** What is wrong on a device, by the name of the case. */
export const checkOps = async (provider: "wasm" | "webgpu"): Promise<Record<string, readonly string[]>> => {
  const engine = await onnxEngine(provider);
  const wrong: Record<string, readonly string[]> = {};
  for (const row of opCases) {
    try {
      const found = complaints(`onnx:${provider}`, await runCase(engine, row), row);
      if (found.length > 0) wrong[row.name] = found;
    } catch (error) {
      wrong[row.name] = [String(error)];
    }
  }
  await engine.dispose!();
  return wrong;
};
