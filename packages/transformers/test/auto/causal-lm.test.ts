import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource, float32ToBfloat16, openSafetensors, type TensorData } from "@waveft/safetensors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AutoConfig, AutoModelForCausalLM, isTransformersError } from "../../src/index";
import { golden, memoryFiles, readGoldenJson, readTensors } from "../support/models";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "waveft-auto-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const device = "gpu:cpu";
const config = readGoldenJson("opt-pre/config.json");
const tensors = () => readTensors("opt-pre/model.safetensors");
const embedding = "model.decoder.embed_tokens.weight";

/** Loads opt-pre with changed files, collecting the warnings. */
const loadWith = async (
  files: Record<string, object | string>,
  weights?: Map<string, TensorData>,
  options = {},
) => {
  const warnings: string[] = [];
  const source = memoryFiles({ "config.json": config, ...files }, weights);
  const onWarning = (message: string) => warnings.push(message);
  const model = await AutoModelForCausalLM.fromPretrained(source, { device, onWarning, ...options });
  return { model, warnings };
};

/** Loads another golden model with a config.json of its own. */
const loadGoldenWith = async (name: string, json: object) =>
  AutoModelForCausalLM.fromPretrained(
    memoryFiles({ "config.json": json }, await readTensors(`${name}/model.safetensors`)),
    { device, onWarning: () => {} },
  );

const expectSentence = (error: unknown): void => expect(error).toSatisfy(isTransformersError);

describe("dtype", () => {
  test("auto is config.json's, else that of the first weight", async () => {
    const half = new Map([...(await tensors())].map(([name, t]) => [name, asBfloat16(t)]));
    const { dtype: _, ...silent } = config;
    expect((await loadWith({}, half)).model.dtype).toBe("float32");
    expect((await loadWith({ "config.json": silent }, half)).model.dtype).toBe("bfloat16");
    expect((await loadWith({ "config.json": { ...silent, torch_dtype: "float16" } }, half)).model.dtype).toBe(
      "float16",
    );
    const { model } = await loadWith({}, half);
    expect(model.parameters().every((p) => p.dtype === "float32")).toBe(true);
  });

  test("a narrower one is rounded to once", async () => {
    const weights = await tensors();
    const { model } = await loadWith({}, weights, { dtype: "bfloat16" });
    const values = weights.get(embedding)!.data as Float32Array;
    expect(model.stateDict().get(embedding)!.data).toEqual(float32ToBfloat16(values));
  });

  test("an unknown one is refused", async () => {
    await expect(loadWith({}, await tensors(), { dtype: "fp32" })).rejects.toThrow(
      'dtype "fp32" is not known; give auto, float32, float16, bfloat16',
    );
  });
});

const asBfloat16 = ({ shape, data }: TensorData): TensorData => ({
  dtype: "BF16",
  shape,
  data: float32ToBfloat16(data as Float32Array) as Uint16Array<ArrayBuffer>,
});

describe("the head", () => {
  const head = (value: number): TensorData => ({
    dtype: "F32",
    shape: [config.vocab_size, config.hidden_size],
    data: new Float32Array(config.vocab_size * config.hidden_size).fill(value),
  });

  test("a tied copy in the checkpoint is recognised", async () => {
    const weights = await tensors();
    const { model, warnings } = await loadWith({}, weights.set("lm_head.weight", weights.get(embedding)!));
    expect([warnings, model.hasTiedHead()]).toEqual([[], true]);
  });

  test("alone, it gives the embedding", async () => {
    const weights = await tensors();
    const values = weights.get(embedding)!;
    weights.delete(embedding);
    const { model } = await loadWith({}, weights.set("lm_head.weight", values));
    expect(model.getInputEmbeddings().weight.data).toEqual(values.data);
  });

  test("another one stays apart, with a warning, also when saved", async () => {
    const { model, warnings } = await loadWith({}, (await tensors()).set("lm_head.weight", head(0.5)));
    expect(warnings).toEqual([
      expect.stringMatching(/lm_head.weight differs from the weight that config.json ties it to/),
    ]);
    expect(model.hasTiedHead()).toBe(false);
    const target = join(folder, "untied");
    await model.savePretrained(target);
    const again = await AutoModelForCausalLM.fromPretrained(target, { device });
    expect(again.stateDict().get("lm_head.weight")!.data[0]).toBe(0.5);
    expect(again.config.tieWordEmbeddings).toBe(false);
  });
});

describe("savePretrained", () => {
  test.each(["opt-pre", "opt-post"])("%s: the same weights come back, the head once", async (name) => {
    const model = await AutoModelForCausalLM.fromPretrained(golden(name), { device, dtype: "float16" });
    const target = join(folder, "deep", name);
    await model.savePretrained(target);
    expect(readdirSync(target).sort()).toEqual([
      "config.json",
      "generation_config.json",
      "model.safetensors",
    ]);
    const file = await openSafetensors(bytesSource(readFileSync(join(target, "model.safetensors"))));
    expect(file.tensors.has("lm_head.weight")).toBe(false);
    expect(file.metadata).toEqual({ format: "pt" });
    const before = readGoldenJson(`${name}/config.json`);
    const after = JSON.parse(readFileSync(join(target, "config.json"), "utf8"));
    expect(after).toEqual({ ...before, ["dtype" in before ? "dtype" : "torch_dtype"]: "float16" });
    const again = await AutoModelForCausalLM.fromPretrained(target, { device });
    expect(again.dtype).toBe("float16");
    for (const [key, { data }] of model.stateDict()) expect(again.stateDict().get(key)!.data).toEqual(data);
    expect(again.generationConfig).toEqual(model.generationConfig);
  });

  test("where no folder can be, one sentence", async () => {
    const { model } = await loadWith({}, await tensors());
    const file = join(folder, "file");
    writeFileSync(file, "");
    const error = await model.savePretrained(join(file, "model")).catch((e: unknown) => e);
    expect(isTransformersError(error)).toBe(true);
    expect(String(error)).toMatch(/cannot be written/);
  });
});

describe("fromConfig draws by Hugging Face's law", () => {
  const fresh = AutoConfig.fromJson({ ...config, hidden_size: 64, word_embed_proj_dim: 64, init_std: 0.02 });
  const model = AutoModelForCausalLM.fromConfig(fresh, { seed: 1 });

  test("linear layers and embeddings normal, biases zero, norms one, padding zero", () => {
    for (const [name, { data, shape }] of model.namedParameters()) {
      const values = Float64Array.from(data);
      if (name.endsWith("bias")) expect(values.every((x) => x === 0)).toBe(true);
      else if (name.includes("layer_norm")) expect(values.every((x) => x === 1)).toBe(true);
      else {
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const std = Math.sqrt(values.reduce((a, b) => a + b * b, 0) / values.length);
        expect(Math.abs(mean)).toBeLessThan(0.1 * 0.02);
        expect(Math.abs(std / 0.02 - 1)).toBeLessThan(0.05);
        const padding = values.subarray(shape[1]!, 2 * shape[1]!);
        expect(padding.every((x) => x === 0)).toBe(name === embedding);
      }
    }
    expect(model.hasTiedHead()).toBe(true);
  });

  test("the same for the same seed, others for another", () => {
    const weights = (seed: number) =>
      AutoModelForCausalLM.fromConfig(fresh, { seed }).stateDict().get(embedding)!.data;
    expect(weights(1)).toEqual(model.stateDict().get(embedding)!.data);
    expect(weights(2)).not.toEqual(weights(1));
    const first = [...weights(1).subarray(0, 3)];
    expect(first).toMatchInlineSnapshot(`
      [
        0.0457867830991745,
        -0.006712517701089382,
        -0.008566735312342644,
      ]
    `);
  });

  test("can be stored in half precision, saved and loaded", async () => {
    const half = AutoModelForCausalLM.fromConfig(fresh, { seed: 1, dtype: "bfloat16" });
    await half.savePretrained(join(folder, "fresh"));
    const again = await AutoModelForCausalLM.fromPretrained(join(folder, "fresh"), { device });
    expect(again.dtype).toBe("bfloat16");
    expect((await again.generate([5], { maxNewTokens: 2 })).length).toBeLessThanOrEqual(3);
  });
});

describe("refuses with one sentence", () => {
  const without = async (...names: string[]) =>
    new Map([...(await tensors())].filter(([name]) => !names.includes(name)));
  const with_ = async (name: string, value: TensorData) => (await tensors()).set(name, value);
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    [
      "missing tensors",
      async () => loadWith({}, await without("model.decoder.layers.0.fc1.bias", embedding)),
      /memory: the checkpoint does not fit config.json; missing: .*embed_tokens.weight, .*fc1.bias$/,
    ],
    [
      "other shapes",
      async () => loadWith({ "config.json": { ...config, ffn_dim: 63 } }, await tensors()),
      /mismatched: .*fc1.bias is \[64\] instead of \[63\]/,
    ],
    [
      "integers as weights",
      async () =>
        loadWith(
          {},
          await with_(embedding, { dtype: "I8", shape: [452, 40], data: new Int8Array(452 * 40) }),
        ),
      /holds I8, not floating-point numbers/,
    ],
    ["no checkpoint", () => loadWith({}), /memory has no checkpoint/],
    [
      "an unknown model_type",
      async () => loadWith({ "config.json": { model_type: "gpt99" } }, await tensors()),
      /memory: config.json has model_type "gpt99"; supported are bert, gpt2, llama, mistral, opt, qwen2, qwen3/,
    ],
    [
      "no model_type",
      async () => loadWith({ "config.json": {} }, await tensors()),
      /config.json has no model_type; supported are bert, gpt2, llama, mistral, opt, qwen2, qwen3/,
    ],
    [
      "a model_type that objects inherit",
      async () => loadWith({ "config.json": { model_type: "constructor" } }),
      /supported are bert, gpt2, llama, mistral, opt, qwen2, qwen3/,
    ],
    ["a config.json that is no JSON", () => loadWith({ "config.json": "{" }), /config.json is not JSON/],
    [
      "sizes beyond all memory",
      async () =>
        loadWith(
          { "config.json": { ...config, hidden_size: 2 ** 24, word_embed_proj_dim: 2 ** 24 } },
          await tensors(),
        ),
      /the checkpoint does not fit config.json; mismatched: model.decoder.embed_positions.weight is/,
    ],
    [
      "an unknown device",
      async () => loadWith({}, await tensors(), { device: "gpu:abacus" }),
      /no device "gpu:abacus"/,
    ],
    [
      "a broken generation_config.json",
      async () => loadWith({ "generation_config.json": { eos_token_id: "end" } }, await tensors()),
      /generation_config.json has "eos_token_id" "end"; it must be a token id/,
    ],
  ];
  // The checkpoint's tensors say how large a model is, before anything of the size is made.
  test.each(["llama-tiny", "opt-pre", "gpt2-tiny", "mistral-tiny", "qwen3-tiny"])(
    "%s with any size of millions, at once",
    async (name) => {
      const json = readGoldenJson(`${name}/config.json`);
      const sizes = Object.entries(json).filter(
        ([field, value]) =>
          Number.isInteger(value) && (value as number) > 0 && !/token_id|window|range/.test(field),
      );
      expect(sizes.length).toBeGreaterThan(4);
      for (const [field] of [...sizes, ["head_dim"] as const]) {
        if (field === "head_dim" && !/llama|mistral|qwen3/.test(name)) continue;
        const before = process.memoryUsage().rss;
        const started = performance.now();
        const opened = loadGoldenWith(name, { ...json, [field]: 2 ** 24 });
        // Others size no tensor: rotary positions, or what is not read.
        if (/hidden_size|vocab|intermediate|ffn|head_dim|n_embd|word_embed/.test(field))
          await expect(opened, field).rejects.toSatisfy(isTransformersError);
        else await opened.catch(expectSentence);
        expect(performance.now() - started, field).toBeLessThan(2000);
        expect(process.memoryUsage().rss - before, field).toBeLessThan(2 ** 28);
      }
    },
    30_000,
  );

  test.each(cases)("%s", async (_, act, message) => {
    await expect(act()).rejects.toThrow(message);
  });

  test("a folder without config.json", async () => {
    const target = join(folder, "bare");
    cpSync(golden("opt-pre"), target, { recursive: true });
    rmSync(join(target, "config.json"));
    expect(existsSync(join(target, "model.safetensors"))).toBe(true);
    await expect(AutoModelForCausalLM.fromPretrained(target)).rejects.toThrow(/bare has no config.json/);
  });
});

test("warns of unknown tensors and of settings that greedy generation does not follow", async () => {
  const extra: TensorData = { dtype: "F32", shape: [1], data: Float32Array.of(1) };
  const weights = (await tensors()).set("score.weight", extra).set("decoder.version", extra);
  const { warnings } = await loadWith(
    { "generation_config.json": { num_beams: 4, do_sample: false } },
    weights,
  );
  expect(warnings).toEqual([
    "memory: the checkpoint has tensors that the model does not have: score.weight",
    "memory: generation_config.json asks for num_beams 4, which generate does not follow: it is greedy",
  ]);
});

describe("checkpoints of other times", () => {
  test("GPT-2 without its prefix, with the masks that layers held", async () => {
    const weights = await readTensors("gpt2-tiny/model.safetensors");
    const bare = new Map([...weights].map(([name, value]) => [name.replace(/^transformer\./, ""), value]));
    const mask: TensorData = { dtype: "U8", shape: [1, 1, 1, 1], data: new Uint8Array(1) };
    bare.set("h.0.attn.bias", mask).set("h.1.attn.masked_bias", mask);
    const json = readGoldenJson("gpt2-tiny/config.json");
    const { model, warnings } = await loadWith({ "config.json": json }, bare);
    expect(warnings).toEqual([]);
    for (const [name, { data }] of weights) expect(model.getParameter(name).data).toEqual(data);
    expect(model.hasTiedHead()).toBe(true);
  });

  test("LLaMA with the frequencies that layers held", async () => {
    const weights = await readTensors("llama-tiny/model.safetensors");
    const extra: TensorData = { dtype: "F32", shape: [1], data: Float32Array.of(1) };
    weights.set("model.layers.0.self_attn.rotary_emb.inv_freq", extra);
    const { warnings } = await loadWith({ "config.json": readGoldenJson("llama-tiny/config.json") }, weights);
    expect(warnings).toEqual([]);
  });

  test("LLaMA whose configuration does not tie the head needs one", async () => {
    const weights = await readTensors("llama-tiny/model.safetensors");
    weights.delete("lm_head.weight");
    const json = readGoldenJson("llama-tiny/config.json");
    await expect(loadWith({ "config.json": json }, weights)).rejects.toThrow(/missing: lm_head.weight$/);
    const tied = await loadWith({ "config.json": { ...json, tie_word_embeddings: true } }, weights);
    expect(tied.model.hasTiedHead()).toBe(true);
  });
});

test("an untied head is saved as one, also where config.json does not speak of it", async () => {
  const { tie_word_embeddings: _, ...silent } = readGoldenJson("gpt2-tiny/config.json");
  const weights = await readTensors("gpt2-tiny/model.safetensors");
  const other: TensorData = { dtype: "F32", shape: [64, 32], data: new Float32Array(64 * 32).fill(0.5) };
  const { model } = await loadWith({ "config.json": silent }, weights.set("lm_head.weight", other));
  const target = join(folder, "silent");
  await model.savePretrained(target);
  expect(JSON.parse(readFileSync(join(target, "config.json"), "utf8")).tie_word_embeddings).toBe(false);
});

test("GPT-2's new weights are smaller at the ends of residual branches", () => {
  const fresh = AutoConfig.fromJson({
    model_type: "gpt2",
    vocab_size: 10,
    n_embd: 64,
    n_layer: 8,
    n_head: 2,
  });
  const model = AutoModelForCausalLM.fromConfig(fresh, { seed: 1 });
  for (const [name, { data }] of model.namedParameters()) {
    if (!/c_\w+\.weight/.test(name)) continue;
    const values = Float64Array.from(data);
    const std = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    expect(std / (name.endsWith("c_proj.weight") ? 0.02 / 4 : 0.02)).toBeCloseTo(1, 1);
  }
});
