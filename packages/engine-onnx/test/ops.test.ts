import type { Engine } from "@waveft/autograd";
import { loadVulkan, noVulkan } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { opCases, runCase } from "../../autograd/test/op-cases";
import { onnxEngine } from "../src";
import { complaints } from "./suite";

// The suite that every engine passes: torch's values, gradients and second derivatives of every op.
const devices = [
  { provider: "cpu", missing: "" },
  { provider: "wasm", missing: "" },
  { provider: "webgpu", missing: noVulkan },
] as const;

describe.each(devices.map((device) => [`${device.provider}${device.missing}`, device] as const))(
  "onnx:%s",
  (_, { provider, missing }) => {
    describe.skipIf(missing !== "")("gives torch's numbers", () => {
      let engine: Engine;
      beforeAll(async () => {
        if (provider === "webgpu") loadVulkan();
        engine = await onnxEngine(provider);
      });
      afterAll(() => engine.dispose!());

      test.each(opCases.map((row) => [row.name, row] as const))("%s", async (_, row) => {
        expect(complaints(`onnx:${provider}`, await runCase(engine, row), row)).toEqual([]);
      });
    });
  },
);
