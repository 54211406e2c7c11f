import { compile, gradients, hostTensor, isTensor, mul, sum } from "@waveft/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AutoModelForCausalLM, type CausalLMInputs } from "../../src/index";
import {
  golden,
  logitsOf,
  maskedInputs,
  memoryFiles,
  numbers,
  packedInputs,
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

  test.each(Object.keys(variants).map((name, i) => [name, devices[i % 2]!] as const))(
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
  const length = 10;

  test.each(["opt-pre", "opt-post"])("%s: packed rows give each example's own logits", async (name) => {
    const model = await AutoModelForCausalLM.fromPretrained(golden(name));
    const logits = logitsOf(model, "onnx:cpu");
    const { vocabSize } = model.config;
    const example = fc.array(fc.integer({ min: 0, max: vocabSize - 1 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(example, example, fc.integer({ min: 1, max: 1e6 }), async (a, b, segment) => {
        const rest = length - a.length - b.length;
        const fill = (value: number) => new Array<number>(rest).fill(value);
        const packed = await logits(
          packedInputs(
            [...a, ...b, ...fill(1)],
            [...a.keys(), ...b.keys(), ...fill(0)],
            [...a.map(() => segment), ...b.map(() => segment + 1), ...fill(0)],
            length,
          ),
        );
        for (const [ids, start] of [
          [a, 0],
          [b, a.length],
        ] as const) {
          const padding = new Array<number>(length - ids.length).fill(0);
          const alone = await logits(
            maskedInputs([...ids, ...padding], [...ids.map(() => 1), ...padding], length),
          );
          const rows = packed.subarray(start * vocabSize, (start + ids.length) * vocabSize);
          expect(rows).toBeAllclose(alone.subarray(0, ids.length * vocabSize), 1e-5);
        }
      }),
      { numRuns: 15 },
    );
  });

  test("logitsAt picks rows of the full logits", async () => {
    const model = await AutoModelForCausalLM.fromPretrained(golden("opt-post"));
    const inputs = maskedInputs([5, 6, 7, 8, 9, 1], [1, 1, 1, 1, 1, 0], 3);
    const logits = logitsOf(model, "onnx:cpu");
    const [all, some] = [
      await logits(inputs),
      await logits({ ...inputs, logitsAt: hostTensor(Int32Array.of(4, 1), [2]) }),
    ];
    const row = (i: number) => [...all.subarray(i * 452, (i + 1) * 452)];
    expect(some).toBeAllclose([...row(4), ...row(1)], 1e-6);
  });

  test("dropout acts in train mode only, and by its seed", async () => {
    const config = { ...readGoldenJson("opt-pre/config.json"), dropout: 0.3, attention_dropout: 0.3 };
    const tensors = await readTensors("opt-pre/model.safetensors");
    const model = await AutoModelForCausalLM.fromPretrained(memoryFiles({ "config.json": config }, tensors));
    const inputs = maskedInputs([5, 6, 7, 8], [1, 1, 1, 1], 4);
    const still = await logitsOf(model, "onnx:cpu")(inputs);
    model.train();
    const logits = logitsOf(model, "onnx:cpu");
    const first = await logits(inputs);
    expect(first).not.toBeAllclose(still, 1e-2);
    expect(await logits(inputs)).toBeAllclose(first, 0);
    model.dropoutSeed.set(7);
    expect(await logits(inputs)).not.toBeAllclose(first, 1e-2);
  });

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
