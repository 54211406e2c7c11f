import { compile, gradients, hostTensor, isTensor, mul, sum } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import { AutoModelForCausalLM, type CausalLMInputs } from "../../src/index";
import {
  golden,
  logitsOf,
  maskedInputs,
  memoryFiles,
  numbers,
  readGoldenJson,
  readTensors,
} from "../support/models";

const devices = ["gpu:cpu", "onnx:cpu"];

describe.each([...devices, "gpu:webasm"])("OPT on %s gives Python's logits", (device) => {
  test.each(["opt-pre", "opt-post"])("%s: one row, right-padded, left-padded", async (name) => {
    const model = await AutoModelForCausalLM.fromPretrained(golden(name), { device });
    const expected = await readTensors(`${name}/expected/logits.safetensors`);
    const logits = logitsOf(model, device);
    for (const form of ["single", "right", "left"]) {
      const mask = numbers(expected.get(`${form}.attention_mask`)!);
      const ids = expected.get(`${form}.input_ids`)!;
      const actual = await logits(maskedInputs(numbers(ids), mask, ids.shape[1]!));
      const { vocabSize } = model.config;
      const real = (values: ArrayLike<number>) =>
        mask.flatMap((is, i) =>
          is ? Array.from({ length: vocabSize }, (_, j) => values[i * vocabSize + j]!) : [],
        );
      expect(real(actual)).toBeAllclose(real(expected.get(`${form}.logits`)!.data as Float32Array), 1e-5);
      expect(actual.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("OPT's switches", async () => {
  const { variants, tolerance } = readGoldenJson("opt-variants/index.json");
  const tensors = await readTensors("opt-variants/tensors.safetensors");

  test.each(Object.keys(variants).flatMap((name) => devices.map((device) => [name, device] as const)))(
    "%s on %s",
    async (name, device) => {
      const own = new Map(
        [...tensors].flatMap(([key, value]) =>
          key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), value]] : [],
        ),
      );
      const [ids, expected] = [own.get("input_ids")!, own.get("logits")!];
      own.delete("input_ids");
      own.delete("logits");
      const { config, load_dtype: dtype } = variants[name];
      const warnings: string[] = [];
      const model = await AutoModelForCausalLM.fromPretrained(memoryFiles({ "config.json": config }, own), {
        device,
        onWarning: (message) => warnings.push(message),
        ...(dtype && { dtype }),
      });
      const actual = await logitsOf(
        model,
        device,
      )(
        maskedInputs(
          numbers(ids),
          numbers(ids).map(() => 1),
          7,
        ),
      );
      expect(actual).toBeAllclose(expected.data as Float32Array, tolerance);
      expect(Array.from(model.namedParameters(), ([key]) => key).sort()).toEqual([...own.keys()].sort());
      expect(warnings).toEqual([]);
    },
  );
});

describe("properties", () => {
  test("the gradient of a weight agrees with central differences", async () => {
    const model = await AutoModelForCausalLM.fromPretrained(golden("opt-post"));
    const weight = model.stateDict().get("model.decoder.layers.0.self_attn.v_proj.weight")!;
    const probe = new Float32Array(4 * 452).map((_, i) => Math.sin(i));
    const loss = (inputs: CausalLMInputs, w: typeof inputs.inputIds) =>
      sum(mul(model.forward(inputs).logits, w));
    const both = compile(
      (inputs: CausalLMInputs, w: CausalLMInputs["inputIds"]) => {
        const value = loss(inputs, w);
        return [value, gradients(value, [weight])[0]!];
      },
      { device: "onnx:cpu" },
    );
    const inputs = maskedInputs([5, 6, 7, 8], [1, 1, 1, 1], 4);
    const run = () => both(inputs, hostTensor(probe, [4, 452]));
    const gradient = (await run())[1]!.data;
    const data = weight.data as Float32Array;
    for (const at of [0, 333, 1023]) {
      const before = data[at]!;
      const values: number[] = [];
      for (const step of [1e-2, -1e-2]) {
        data[at] = before + step;
        weight.touch();
        values.push((await run())[0]!.data[0]!);
      }
      data[at] = before;
      weight.touch();
      expect((values[0]! - values[1]!) / 2e-2).toBeCloseTo(gradient[at]!, 1);
    }
  });
});

test("names are the checkpoint's, and the head is the embedding", async () => {
  const model = await AutoModelForCausalLM.fromPretrained(golden("opt-post"));
  const names = [...model.stateDict().keys()];
  expect(names).toContain("model.decoder.layers.1.self_attn.q_proj.weight");
  expect(names).toContain("model.decoder.project_in.weight");
  expect(names).not.toContain("model.decoder.final_layer_norm.weight");
  const state = model.stateDict();
  expect(state.get("lm_head.weight")).toBe(state.get("model.decoder.embed_tokens.weight"));
  expect(model.numParameters()).toBe(31_568);
  expect(isTensor(model.getInputEmbeddings().weight.tensor)).toBe(true);
});
