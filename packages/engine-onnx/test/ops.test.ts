import type { Engine } from "@waveft/autograd";
import { loadVulkan, noVulkan } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../src";
import { checksOf } from "./suite";

// The suite that every engine passes: torch's values, gradients and second derivatives of every op, and the
// features of the support matrix.
const devices = [
  ["onnx:cpu", ""],
  ["onnx:wasm", ""],
  ["onnx:webgpu", noVulkan],
] as const;

describe.each(devices)("%s in Node%s", (device, missing) => {
  describe.skipIf(missing !== "")("is right in", () => {
    let engine: Engine;
    beforeAll(async () => {
      if (device === "onnx:webgpu") loadVulkan();
      engine = await onnxEngine(device.slice("onnx:".length));
    });
    afterAll(() => engine.dispose!());

    test.each(checksOf(device).map((check) => [check.name, check] as const))(
      "%s",
      async (_, { complaints }) => {
        expect(await complaints(engine)).toEqual([]);
      },
    );
  });
});
