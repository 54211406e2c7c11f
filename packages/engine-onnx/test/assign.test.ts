import type { Engine, Tensor } from "@waveft/autograd";
import { assign, compile, flip, hostTensor, Parameter } from "@waveft/autograd";
import { loadVulkan, noVulkan } from "@waveft/browser-test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assignChecks, residenceChecks } from "../../autograd/test/assign-checks";
import { expectFlatState } from "../../autograd/test/memory";
import { onnxEngine } from "../src";

const devices = [
  ["onnx:cpu", ""],
  ["onnx:wasm", ""],
  ["onnx:webgpu", noVulkan],
] as const;

describe.each(devices)("%s in Node%s", (device, missing) => {
  describe.skipIf(missing !== "")("parameters are assigned to:", () => {
    const ownMemory = device === "onnx:webgpu";
    let engine: Engine;
    beforeAll(async () => {
      if (ownMemory) loadVulkan();
      engine = await onnxEngine(device.slice("onnx:".length));
    });
    afterAll(() => engine.dispose!());

    test.each(
      [...(ownMemory ? residenceChecks : []), ...assignChecks].map((one) => [one.name, one] as const),
    )("%s", async (_, { complaints }) => {
      expect(await complaints(engine)).toEqual([]);
    });

    test("1,000 launches leave memory as it was", () => expectFlatState(engine), 120_000);

    test("of a type that the GPU cannot hold, they are the host's", async () => {
      const bits = new Parameter(hostTensor(Uint16Array.of(1, 2), [2], "bfloat16"));
      const turn = compile((x: Tensor) => ({ x, set: assign(bits, flip(bits.tensor)) }), { device: engine });
      await turn(hostTensor([0], []));
      await turn.dispose();
      expect([...bits.data]).toEqual([2, 1]);
    });

    test("what the engine alone has comes to the host when it is disposed", async () => {
      const other = await onnxEngine(device.slice("onnx:".length));
      const state = new Parameter(hostTensor([1, 2, 3], [3]));
      const turn = compile((x: Tensor) => ({ x, set: assign(state, flip(state.tensor)) }), { device: other });
      await turn(hostTensor([0], []));
      await turn.dispose();
      await other.dispose!();
      expect([...state.data]).toEqual([3, 2, 1]);
    });
  });
});
