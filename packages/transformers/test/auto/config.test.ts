import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AutoConfig, AutoModelForCausalLM, isTransformersError, type OptConfig } from "../../src/index";
import { golden, readGoldenJson } from "../support/models";

const opt = (json: object): OptConfig => AutoConfig.fromJson({ model_type: "opt", ...json }) as OptConfig;

test("reads a folder", async () => {
  const config = (await AutoConfig.fromPretrained(golden("opt-post"))) as OptConfig;
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
    activationFunction: "relu",
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
    [{ dropout: 1.5 }, /"dropout" 1.5; it must be a number from 0 to/],
    [{ enable_bias: "yes" }, 'config.json has "enable_bias" "yes"; it must be true or false'],
  ])("%o", (json, message) => {
    expect(() => opt(json)).toThrow(message);
  });
});

test("whatever the fields hold, the answer is a configuration or one sentence", () => {
  const names = [...Object.keys(readGoldenJson("opt-pre/config.json")), "model_type", "word_embed_proj_dim"];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.integer({ min: -3, max: 70 }),
    fc.constantFrom("opt", "relu", true, null),
  );
  const fields = fc.dictionary(fc.constantFrom(...names), value);
  fc.assert(
    fc.property(fields, (json) => {
      try {
        const config = opt({
          vocab_size: 70,
          hidden_size: 6,
          num_attention_heads: 3,
          num_hidden_layers: 1,
          ...json,
        });
        if (config.hiddenSize < 100 && config.numHiddenLayers < 3 && config.vocabSize < 100)
          expect(AutoModelForCausalLM.fromConfig(config).numParameters()).toBeGreaterThan(0);
      } catch (error) {
        if (!isTransformersError(error)) throw error;
        expect(error.message).not.toContain("\n");
      }
    }),
    { numRuns: 300 },
  );
});
