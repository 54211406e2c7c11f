import { compile, constant, gradients, hostTensor, mul, structureOf, sum } from "@waveft/autograd";
import { bfloat16ToFloat32 } from "@waveft/safetensors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AutoConfig,
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  architectures,
  type SequenceClassifierInputs,
} from "../../src/index";
import { golden, logitsOf, maskedInputs, packedInputs } from "../support/models";

const causal = [
  "opt-pre",
  "opt-post",
  "gpt2-tiny",
  "llama-tiny",
  "llama-tiny-tied",
  "mistral-tiny",
  "qwen2-tiny",
  "qwen3-tiny",
];
const device = "onnx:cpu";

/** Small, lively models of every type, with some switches on. */
const sizes = {
  opt: { hidden_size: 8, word_embed_proj_dim: 8, ffn_dim: 12, init_std: 0.4 },
  gpt2: { n_embd: 8, n_layer: 2, n_head: 2, n_positions: 200, initializer_range: 0.4 },
  llama: { hidden_size: 8, intermediate_size: 12, num_key_value_heads: 1, initializer_range: 0.4 },
  mistral: {
    hidden_size: 8,
    intermediate_size: 12,
    num_key_value_heads: 1,
    initializer_range: 0.4,
    sliding_window: 70,
  },
  qwen2: { hidden_size: 8, intermediate_size: 12, num_key_value_heads: 2, initializer_range: 0.4 },
  qwen3: {
    hidden_size: 8,
    intermediate_size: 12,
    num_key_value_heads: 1,
    head_dim: 6,
    initializer_range: 0.4,
  },
  bert: { hidden_size: 8, intermediate_size: 12, initializer_range: 0.4 },
};
type Type = keyof typeof sizes;
const configOf = (type: Type, changes: object = {}) =>
  AutoConfig.fromJson({
    model_type: type,
    vocab_size: 20,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    max_position_embeddings: 200,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
    ...sizes[type],
    ...changes,
  });

const repeated = (count: number, value: number) => new Array<number>(count).fill(value);

/** Two examples in one row, the rest padding. */
const packed = (a: readonly number[], b: readonly number[], segment: number, length: number) => {
  const rest = length - a.length - b.length;
  return packedInputs(
    [...a, ...b, ...repeated(rest, 1)],
    [...a.keys(), ...b.keys(), ...repeated(rest, 0)],
    [...a.map(() => segment), ...b.map(() => segment + 1), ...repeated(rest, 0)],
    length,
  );
};

/** One example in a row, the rest padding. */
const alone = (ids: readonly number[], length: number) => {
  const padding = repeated(length - ids.length, 0);
  return maskedInputs([...ids, ...padding], [...ids.map(() => 1), ...padding], length);
};

const example = (vocabSize: number) =>
  fc.array(fc.integer({ min: 0, max: vocabSize - 1 }), { minLength: 1, maxLength: 5 });

describe.each(causal)("%s", (name) => {
  const length = 10;

  test("packed rows give each example's own logits", async () => {
    const model = await AutoModelForCausalLM.fromPretrained(golden(name));
    const logits = logitsOf(model, device);
    const { vocabSize } = model.config;
    const text = example(vocabSize);
    await fc.assert(
      fc.asyncProperty(text, text, fc.integer({ min: 1, max: 1e6 }), async (a, b, segment) => {
        const together = await logits(packed(a, b, segment, length));
        for (const [ids, start] of [
          [a, 0],
          [b, a.length],
        ] as const) {
          const own = await logits(alone(ids, length));
          const rows = together.subarray(start * vocabSize, (start + ids.length) * vocabSize);
          expect(rows).toBeAllclose(own.subarray(0, ids.length * vocabSize), 1e-5);
        }
      }),
      { numRuns: 12 },
    );
  });

  test("later tokens do not change earlier logits, earlier ones do change later ones", async () => {
    const model = await AutoModelForCausalLM.fromPretrained(golden(name));
    const logits = logitsOf(model, device);
    const { vocabSize } = model.config;
    const ids = [5, 6, 7, 8, 9, 10];
    const before = await logits(alone(ids, ids.length));
    for (const [at, other] of [3, 5].map((place) => [place, ids.with(place, 17)] as const)) {
      const after = await logits(alone(other, ids.length));
      expect(after.subarray(0, at * vocabSize)).toEqual(before.subarray(0, at * vocabSize));
      expect(after.subarray(at * vocabSize)).not.toBeAllclose(before.subarray(at * vocabSize), 1e-2);
    }
    const first = await logits(alone(ids.with(0, 17), ids.length));
    expect(first.subarray(5 * vocabSize)).not.toBeAllclose(before.subarray(5 * vocabSize), 1e-3);
  });

  test("logitsAt picks rows of the full logits", async () => {
    const model = await AutoModelForCausalLM.fromPretrained(golden(name));
    const { vocabSize } = model.config;
    const inputs = maskedInputs([5, 6, 7, 8, 9, 1], [1, 1, 1, 1, 1, 0], 3);
    const logits = logitsOf(model, device);
    const all = await logits(inputs);
    const some = await logits({ ...inputs, logitsAt: hostTensor(Int32Array.of(4, 1), [2]) });
    const row = (i: number) => [...all.subarray(i * vocabSize, (i + 1) * vocabSize)];
    expect(some).toBeAllclose([...row(4), ...row(1)], 1e-6);
  });
});

describe("generation from cached keys is what a fresh look at the same tokens gives", () => {
  test.each(["gpt2", "llama", "mistral", "qwen3"] as const)(
    "%s, growing the cache on the way",
    async (type) => {
      const model = AutoModelForCausalLM.fromConfig(configOf(type), { seed: 5, device });
      const ids = await model.generate([5, 6], { maxNewTokens: 150, eosTokenId: null });
      const logits = logitsOf(model, device);
      const fresh = await logits(alone(ids, ids.length));
      const { vocabSize } = model.config;
      for (let at = 1; at < ids.length - 1; at++) {
        const row = fresh.subarray(at * vocabSize, (at + 1) * vocabSize);
        // By rounding, another may be as good.
        expect(Math.max(...row) - row[ids[at + 1]!]!).toBeLessThan(1e-4);
      }
      expect(new Set(ids).size).toBeGreaterThan(2);
    },
  );
});

test("key heads that are copies of one another give what sharing them gives", async () => {
  const grouped = AutoModelForCausalLM.fromConfig(configOf("llama", { num_attention_heads: 4 }), { seed: 6 });
  const plain = AutoModelForCausalLM.fromConfig(
    configOf("llama", { num_attention_heads: 4, num_key_value_heads: 4 }),
    { seed: 7 },
  );
  const from = grouped.stateDict();
  for (const [name, parameter] of plain.stateDict()) {
    const { data } = from.get(name)!;
    const copies = parameter.data.length / data.length;
    parameter.data = Float32Array.from({ length: parameter.data.length }, (_, i) => data[i % data.length]!);
    expect(copies).toBe(/[kv]_proj/.test(name) ? 4 : 1);
  }
  const inputs = alone([5, 6, 7, 8], 4);
  expect(await logitsOf(grouped, device)(inputs)).toBeAllclose(await logitsOf(plain, device)(inputs), 1e-6);
});

describe("classifiers", () => {
  const length = 10;
  const logitsAt = (...places: number[]) => hostTensor(Int32Array.from(places), [places.length]);
  const runOf = (type: Type) => {
    const model = AutoModelForSequenceClassification.fromConfig(configOf(type, { num_labels: 3 }), {
      seed: 8,
    });
    const run = compile((inputs: SequenceClassifierInputs) => model.forward(inputs).logits, { device });
    return async (inputs: Parameters<typeof run>[0]) => (await run(inputs)).data as Float32Array;
  };
  const text = example(19).map((ids) => ids.map((id) => id + 1));

  test.each(Object.keys(architectures) as Type[])(
    "%s: packed examples give their own logits",
    async (type) => {
      const run = runOf(type);
      const at = (ids: readonly number[]) => (type === "bert" ? 0 : ids.length - 1);
      await fc.assert(
        fc.asyncProperty(text, text, async (a, b) => {
          const places = logitsAt(at(a), a.length + at(b));
          const together = await run({ ...packed(a, b, 1, length), logitsAt: places });
          const separate = [...(await run(alone(a, length))), ...(await run(alone(b, length)))];
          expect(together).toBeAllclose(separate, 1e-5);
        }),
        { numRuns: 8 },
      );
    },
  );

  test.each(Object.keys(architectures) as Type[])("%s: what is left out has its default", async (type) => {
    const run = runOf(type);
    const full = alone([5, 6, 7, 8], 4);
    const zeros = hostTensor(new Int32Array(4), [1, 4]);
    const whole = await run({ ...full, tokenTypeIds: zeros, logitsAt: logitsAt(type === "bert" ? 0 : 3) });
    expect(await run({ inputIds: full.inputIds })).toBeAllclose(whole, 1e-6);
    expect(whole.length).toBe(3);
  });

  test("BERT looks both ways, and tells texts of a pair apart", async () => {
    const run = runOf("bert");
    const inputs = alone([5, 6, 7, 8], 4);
    const before = await run(inputs);
    expect(await run(alone([5, 6, 7, 9], 4))).not.toBeAllclose(before, 1e-3);
    const types = hostTensor(Int32Array.of(0, 0, 1, 1), [1, 4]);
    expect(await run({ ...inputs, tokenTypeIds: types })).not.toBeAllclose(before, 1e-3);
  });
});

test.each(Object.keys(architectures) as Type[])(
  "%s: half-precision weights are computed with as they are",
  async (type) => {
    const config = configOf(type, { num_labels: 3 });
    const half = AutoModelForSequenceClassification.fromConfig(config, { seed: 10, dtype: "bfloat16" });
    const full = AutoModelForSequenceClassification.fromConfig(config, { seed: 10 });
    for (const [name, parameter] of full.namedParameters())
      parameter.data = bfloat16ToFloat32(half.getParameter(name).data as Uint16Array);
    const [a, b] = await Promise.all(
      [half, full].map(async (model) => {
        const run = compile((inputs: SequenceClassifierInputs) => model.forward(inputs).logits, { device });
        return (await run(alone([5, 6, 7, 8], 4))).data;
      }),
    );
    expect(a).toBeAllclose(b!, 1e-6);
  },
);

const dropouts: Record<Type, string[]> = {
  opt: ["dropout", "attention_dropout"],
  gpt2: ["embd_pdrop", "attn_pdrop", "resid_pdrop"],
  llama: ["attention_dropout"],
  mistral: ["attention_dropout"],
  qwen2: ["attention_dropout"],
  qwen3: ["attention_dropout"],
  bert: ["hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"],
};
const rates = Object.entries(dropouts).flatMap(([type, names]) =>
  names.map((name) => [type as Type, name] as const),
);

test.each(rates)("%s: %s acts in train mode only, by its seed", async (type, rate) => {
  const off = Object.fromEntries(dropouts[type].map((name) => [name, 0]));
  const config = configOf(type, { ...off, [rate]: 0.5, num_labels: 3 });
  const model = AutoModelForSequenceClassification.fromConfig(config, { seed: 9 });
  const run = compile((inputs: SequenceClassifierInputs) => model.forward(inputs).logits, {
    device,
    key: () => structureOf(model),
  });
  const logits = async (seed: number) => {
    model.dropoutSeed.set(seed);
    return (await run(alone([5, 6, 7, 8], 4))).data;
  };
  const still = await logits(3);
  expect(await logits(4)).toEqual(still);
  model.train();
  const first = await logits(3);
  expect(await logits(3)).toEqual(first);
  expect(first).not.toBeAllclose(still, 1e-3);
  expect(await logits(4)).not.toBeAllclose(first, 1e-3);
});

describe("gradient checkpointing", () => {
  test.each(Object.keys(architectures) as Type[])(
    "%s: the same loss and gradients, dropout included",
    async (type) => {
      const config = configOf(type, {
        num_labels: 3,
        ...Object.fromEntries(dropouts[type].map((name) => [name, 0.3])),
      });
      const model = AutoModelForSequenceClassification.fromConfig(config, { seed: 12 });
      model.train();
      model.dropoutSeed.set(7);
      const parameters = model.parameters().filter(({ shape }) => shape.length === 2);
      const run = compile(
        (inputs: SequenceClassifierInputs) => {
          const loss = sum(mul(model.forward(inputs).logits, constant([1, -2, 3], [3])));
          return [loss, ...gradients(loss, parameters)];
        },
        { device, key: () => structureOf(model) },
      );
      const inputs = packed([5, 6, 7], [8, 9], 1, 6);
      const [nodes, kept] = [run.graph(inputs).nodes.length, await run(inputs)];
      expect(model.isGradientCheckpointing).toBe(false);
      model.gradientCheckpointingEnable();
      expect(model.isGradientCheckpointing).toBe(true);
      expect(run.graph(inputs).nodes.length).toBeGreaterThan(nodes);
      const again = await run(inputs);
      again.forEach(({ data }, i) => {
        expect(data).toBeAllclose(kept[i]!.data as Float32Array, 1e-5);
      });
      model.eval();
      expect(run.graph(inputs).nodes.length).toBeLessThan(nodes);
      model.train();
      model.gradientCheckpointingDisable();
      expect(run.graph(inputs).nodes.length).toBe(nodes);
    },
  );
});
