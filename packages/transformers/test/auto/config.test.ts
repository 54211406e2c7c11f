import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AutoConfig,
  AutoModelForSequenceClassification,
  isTransformersError,
  type LlamaConfig,
  type OPTConfig,
} from "../../src/index";
import { golden, readGoldenJson } from "../support/models";

const opt = (json: object): OPTConfig => AutoConfig.fromJson({ model_type: "opt", ...json }) as OPTConfig;

test("reads a folder", async () => {
  const config = (await AutoConfig.fromPretrained(golden("opt-post"))) as OPTConfig;
  expect(config).toMatchObject({
    modelType: "opt",
    nameOrPath: golden("opt-post"),
    dtype: "float32",
    hiddenSize: 32,
    wordEmbedProjDim: 20,
    doLayerNormBefore: false,
    finalLayerNorm: false,
    tieWordEmbeddings: true,
    eosTokenId: 2,
  });
  expect(config.json).toEqual(readGoldenJson("opt-post/config.json"));
});

test("absent fields take the architecture's defaults", () => {
  expect(opt({})).toMatchObject({
    vocabSize: 50272,
    hiddenSize: 768,
    wordEmbedProjDim: 768,
    finalLayerNorm: true,
    hiddenAct: "relu",
    initStd: 0.02,
    dropout: 0.1,
    padTokenId: 1,
    dtype: null,
  });
  expect(opt({ pad_token_id: null, eos_token_id: [2, 3] })).toMatchObject({
    padTokenId: null,
    eosTokenId: [2, 3],
  });
});

test("a negative id means no token, alone or in a list", () => {
  expect(opt({ pad_token_id: -1, bos_token_id: -100, eos_token_id: [-1, 2] })).toMatchObject({
    padTokenId: null,
    bosTokenId: null,
    eosTokenId: [2],
  });
  expect(opt({ eos_token_id: -1 }).eosTokenId).toBeNull();
  expect(opt({ eos_token_id: [-1] }).eosTokenId).toBeNull();
});

describe("refuses", () => {
  test.each([
    [{ hidden_size: "big" }, 'config.json has "hidden_size" "big"; it must be an integer from 1 to 16777216'],
    [
      { num_attention_heads: 5 },
      'config.json has "num_attention_heads" 5; it must be a divisor of hidden_size, which is 768',
    ],
    [{ activation_function: "step" }, /"activation_function" "step"; it must be one of relu, /],
    [
      { pad_token_id: 60000 },
      'config.json has "pad_token_id" 60000; it must be below vocab_size, which is 50272',
    ],
    [{ pad_token_id: 1.5 }, 'config.json has "pad_token_id" 1.5; it must be a token id'],
    [{ eos_token_id: [2, "a"] }, 'config.json has "eos_token_id" [2,"a"]; it must be a token id, a list of'],
    [{ dropout: 1.5 }, /"dropout" 1.5; it must be a number from 0 to/],
    [{ enable_bias: "yes" }, 'config.json has "enable_bias" "yes"; it must be true or false'],
  ])("%o", (json, message) => {
    expect(() => opt(json)).toThrow(message);
  });
});

test("GPT-2's fields go by their other names too", () => {
  const config = AutoConfig.fromJson({
    model_type: "gpt2",
    hidden_size: 12,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    max_position_embeddings: 50,
  });
  expect(config).toMatchObject({
    hiddenSize: 12,
    numHiddenLayers: 3,
    numAttentionHeads: 4,
    maxPositionEmbeddings: 50,
    intermediateSize: 48,
  });
  expect(config.json).toHaveProperty("hidden_size", 12);
});

describe("LLaMA's rotary positions", () => {
  const rotary = (json: object) =>
    (AutoConfig.fromJson({ model_type: "llama", ...json }) as LlamaConfig).rotary;
  const llama3 = {
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };

  test.each<[object, object]>([
    [{}, { base: 10000, scaling: null }],
    [{ rope_theta: 500 }, { base: 500, scaling: null }],
    [
      { rope_theta: 500, rope_parameters: { rope_theta: 7, rope_type: "default" } },
      { base: 7, scaling: null },
    ],
    [
      { rope_theta: 500, rope_scaling: { type: "linear", factor: 2 } },
      { base: 500, scaling: { type: "linear", factor: 2 } },
    ],
    [{ rope_scaling: { type: "dynamic", factor: 2 } }, { base: 10000, scaling: null }],
    [
      { rope_scaling: { ...llama3, rope_type: "llama3" } },
      {
        base: 10000,
        scaling: {
          type: "llama3",
          factor: 8,
          lowFrequencyFactor: 1,
          highFrequencyFactor: 4,
          originalLength: 8192,
        },
      },
    ],
    [
      { rope_scaling: {}, rope_parameters: { rope_theta: 9 } },
      { base: 9, scaling: null },
    ],
  ])("%o", (json, expected) => {
    expect(rotary(json)).toEqual(expected);
  });

  test.each<[object, string]>([
    [
      { rope_scaling: { rope_type: "yarn", factor: 2 } },
      'rope_scaling in config.json has "rope_type" "yarn"; it must be one of default, linear, dynamic, llama3',
    ],
    [
      { rope_parameters: { type: "longrope" } },
      'rope_parameters in config.json has "type" "longrope"; it must be one of default, linear, dynamic, llama3',
    ],
    [{ rope_scaling: "linear" }, 'config.json has "rope_scaling" "linear"; it must be an object or null'],
    [
      { rope_scaling: { type: "linear" } },
      'rope_scaling in config.json has "factor" missing; it must be a number',
    ],
    [
      { rope_scaling: { type: "linear", factor: 0 } },
      'rope_scaling in config.json has "factor" 0; it must be',
    ],
    [
      { rope_scaling: { type: "linear", factor: 2, partial_rotary_factor: 0.5 } },
      'has "partial_rotary_factor" 0.5; it must be 1: heads are turned as a whole',
    ],
    [
      { rope_scaling: { ...llama3, rope_type: "llama3", high_freq_factor: 1 } },
      'has "high_freq_factor" 1; it must be other than low_freq_factor, which is 1',
    ],
    [{ rope_theta: -1 }, 'config.json has "rope_theta" -1; it must be a number from'],
  ])("%o is refused", (json, message) => {
    expect(() => rotary(json)).toThrow(message);
  });
});

describe("architectures refuse what they do not compute", () => {
  test.each<[string, object, string]>([
    ["gpt2", { n_head: 5 }, '"n_head" 5; it must be a divisor of n_embd, which is 768'],
    ["gpt2", { add_cross_attention: true }, '"add_cross_attention" true; it must be false'],
    ["gpt2", { activation_function: "prelu" }, '"activation_function" "prelu"; it must be one of relu, '],
    ["gpt2", { n_positions: 0 }, '"n_positions" 0; it must be an integer from 1'],
    ["gpt2", { scale_attn_weights: 1 }, '"scale_attn_weights" 1; it must be true or false'],
    ["llama", { num_attention_heads: 7 }, '"num_attention_heads" 7; it must be a divisor of hidden_size'],
    [
      "llama",
      { num_key_value_heads: 5 },
      '"num_key_value_heads" 5; it must be a divisor of num_attention_heads',
    ],
    ["llama", { head_dim: 5 }, '"head_dim" 5; it must be even'],
    ["llama", { pad_token_id: 32000 }, '"pad_token_id" 32000; it must be below vocab_size, which is 32000'],
    ["bert", { is_decoder: true }, '"is_decoder" true; it must be false'],
    ["bert", { add_cross_attention: true }, '"add_cross_attention" true; it must be false'],
    [
      "bert",
      { position_embedding_type: "relative_key" },
      '"position_embedding_type" "relative_key"; it must be one of absolute',
    ],
    ["bert", { num_attention_heads: 5 }, '"num_attention_heads" 5; it must be a divisor of hidden_size'],
    ["bert", { classifier_dropout: 1 }, '"classifier_dropout" 1; it must be a number from 0 to 0.999'],
  ])("%s %o", (type, json, message) => {
    expect(() => AutoConfig.fromJson({ model_type: type, ...json })).toThrow(`config.json has ${message}`);
  });
});

/** Sizes that fit into memory, for each type. */
const small: Record<string, object> = {
  opt: { hidden_size: 6, num_attention_heads: 3 },
  gpt2: { n_embd: 6, n_head: 3, n_layer: 1, n_positions: 8 },
  llama: { hidden_size: 6, num_attention_heads: 3, intermediate_size: 8 },
  mistral: { hidden_size: 6, num_attention_heads: 3, num_key_value_heads: 3, intermediate_size: 8 },
  qwen2: { hidden_size: 6, num_attention_heads: 3, num_key_value_heads: 1, intermediate_size: 8 },
  qwen3: {
    hidden_size: 6,
    num_attention_heads: 3,
    num_key_value_heads: 3,
    intermediate_size: 8,
    head_dim: 4,
  },
  bert: { hidden_size: 6, num_attention_heads: 3, intermediate_size: 8 },
};
const goldens: Record<string, string> = {
  opt: "opt-pre",
  gpt2: "gpt2-tiny",
  llama: "llama-tiny-tied",
  bert: "bert-tiny-cls",
  mistral: "llama-tiny",
  qwen2: "llama-tiny",
  qwen3: "llama-tiny",
};

test.each(Object.keys(small))(
  "%s: whatever the fields hold, the answer is a model or one sentence",
  (type) => {
    const names = [
      ...Object.keys(readGoldenJson(`${goldens[type]}/config.json`)),
      ...[
        "word_embed_proj_dim",
        "rope_scaling",
        "rope_theta",
        "num_labels",
        "problem_type",
        "position_embedding_type",
        "head_dim",
        "num_key_value_heads",
        "sliding_window",
        "use_sliding_window",
        "max_window_layers",
        "layer_types",
      ],
    ];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.integer({ min: -3, max: 70 }),
      fc.constantFrom("relu", true, null),
      fc.dictionary(fc.constantFrom("type", "factor", "0", "rope_theta"), fc.constantFrom("linear", 2, -1)),
    );
    const fields = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(fields, (json) => {
        try {
          const config = AutoConfig.fromJson({
            vocab_size: 70,
            num_hidden_layers: 1,
            max_position_embeddings: 8,
            ...small[type],
            ...json,
            model_type: type,
          }) as OPTConfig;
          if (config.hiddenSize < 100 && config.numHiddenLayers < 3 && config.vocabSize < 100)
            expect(AutoModelForSequenceClassification.fromConfig(config).numParameters()).toBeGreaterThan(0);
        } catch (error) {
          if (!isTransformersError(error)) throw error;
          expect(error.message).not.toContain("\n");
        }
      }),
      { numRuns: 150 },
    );
  },
);
