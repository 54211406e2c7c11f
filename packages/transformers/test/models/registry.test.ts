import { expect, test } from "vitest";
import {
  type Architecture,
  AutoConfig,
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  architectures,
  type OPTConfig,
  OPTForCausalLM,
} from "../../src/index";
import { bigram } from "../support/bigram";

/** The registry with a new architecture: its own file, and one line here. */
const extended = { ...architectures, bigram } satisfies Record<string, Architecture>;

test("a new architecture loads, saves, generates and counts by one file and one line", async () => {
  const config = AutoConfig.fromJson(
    { model_type: "bigram", vocab_size: 5, hidden_size: 3 },
    { architectures: extended },
  );
  const model = AutoModelForCausalLM.fromConfig(config, {
    architectures: extended,
    seed: 4,
    device: "gpu:cpu",
  });
  expect([...model.stateDict().keys()]).toEqual(["model.embed.weight", "lm_head.weight"]);
  expect(model.numParameters()).toBe(30);
  const ids = await model.generate([3], { maxNewTokens: 4 });
  expect(ids.length).toBe(5);
  expect(await model.generate([ids[1]!], { maxNewTokens: 3 })).toEqual(ids.slice(1));
});

test("unknown ones are told which exist", () => {
  expect(() => AutoConfig.fromJson({ model_type: "trigram" }, { architectures: extended })).toThrow(
    'config.json has model_type "trigram"; supported are bert, gpt2, llama, mistral, opt, qwen2, qwen3, bigram',
  );
});

test("the type checker says what an architecture lacks", () => {
  const { baseModelPrefix, parseConfig, backbone, heads } = bigram;
  // @ts-expect-error: its configuration
  const withoutConfig: Architecture = { baseModelPrefix, backbone, heads };
  // @ts-expect-error: the model
  const withoutBackbone: Architecture = { baseModelPrefix, parseConfig, heads };
  // @ts-expect-error: any head
  const withoutHead: typeof bigram = { baseModelPrefix, parseConfig, backbone, heads: {} };
  const ofOtherKind = { sequenceClassification: { kind: "Bigram" } };
  // @ts-expect-error: what a classifier takes
  const withOtherHead: typeof bigram = { baseModelPrefix, parseConfig, backbone, heads: ofOtherKind };
  const config = AutoConfig.fromJson({ model_type: "bigram" }, { architectures: extended });
  expect(() => AutoModelForCausalLM.fromConfig(config, { architectures: { bigram: withoutHead } })).toThrow(
    'AutoModelForCausalLM has no model of type "bigram"; it has gpt2, llama, mistral, opt, qwen2, qwen3',
  );
  expect(
    [withoutConfig, withoutBackbone, withOtherHead].map(({ baseModelPrefix }) => baseModelPrefix),
  ).toEqual(["model", "model", "model"]);
});

test("classes have Python's names, and Python's modules where it has them", () => {
  const names = Object.entries(architectures).map(([type, { heads }]) => {
    const config = AutoConfig.fromJson({
      model_type: type,
      vocab_size: 8,
      hidden_size: 8,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      intermediate_size: 8,
      num_hidden_layers: 1,
      pad_token_id: null,
    });
    const auto = "causalLM" in heads ? AutoModelForCausalLM : AutoModelForSequenceClassification;
    const { kind, pythonModule } = auto.fromConfig(config);
    return [kind, pythonModule];
  });
  expect(names).toEqual([
    ["BertForSequenceClassification", "transformers.models.bert.modeling_bert"],
    ["GPT2LMHeadModel", "transformers.models.gpt2.modeling_gpt2"],
    ["LlamaForCausalLM", "transformers.models.llama.modeling_llama"],
    ["MistralForCausalLM", "transformers.models.mistral.modeling_mistral"],
    ["OPTForCausalLM", "transformers.models.opt.modeling_opt"],
    ["Qwen2ForCausalLM", "transformers.models.qwen2.modeling_qwen2"],
    ["Qwen3ForCausalLM", "transformers.models.qwen3.modeling_qwen3"],
  ]);
  const own = AutoConfig.fromJson({ model_type: "bigram" }, { architectures: extended });
  const model = AutoModelForCausalLM.fromConfig(own, { architectures: extended });
  expect([model.kind, model.pythonModule]).toEqual(["BigramForCausalLM", null]);
  const config = AutoConfig.fromJson({ model_type: "opt", hidden_size: 12, ffn_dim: 4, vocab_size: 8 });
  const direct = new OPTForCausalLM(config as OPTConfig, { dtype: "float16" });
  expect(direct).toBeInstanceOf(OPTForCausalLM);
  expect([direct.kind, direct.dtype, direct.lmHead.inFeatures]).toEqual(["OPTForCausalLM", "float16", 12]);
});
