import { expect, test } from "vitest";
import {
  type Architecture,
  AutoConfig,
  AutoModelForCausalLM,
  architectures,
  CausalLM,
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
  expect([...model.stateDict().keys()]).toEqual(["embed.weight", "lm_head.weight"]);
  expect(model.numParameters()).toBe(30);
  const ids = await model.generate([3], { maxNewTokens: 4 });
  expect(ids.length).toBe(5);
  expect(await model.generate([ids[1]!], { maxNewTokens: 3 })).toEqual(ids.slice(1));
});

test("unknown ones are told which exist", () => {
  expect(() => AutoConfig.fromJson({ model_type: "trigram" }, { architectures: extended })).toThrow(
    'config.json has model_type "trigram"; supported are bert, gpt2, llama, opt, bigram',
  );
});

test("the type checker says what an architecture lacks", () => {
  const { baseModelPrefix, parseConfig, heads } = bigram;
  // @ts-expect-error: its configuration
  const withoutConfig: Architecture = { baseModelPrefix, heads };
  // @ts-expect-error: any head
  const withoutHead: Architecture = { baseModelPrefix, parseConfig, heads: {} };
  const ofOtherKind = { sequenceClassification: heads.causalLM };
  // @ts-expect-error: a head of the right kind
  const withOtherHead: Architecture = { baseModelPrefix, parseConfig, heads: ofOtherKind };
  // @ts-expect-error: forward, getInputEmbeddings and getOutputEmbeddings
  class Empty extends CausalLM {
    override readonly kind = "Empty";
  }
  const config = AutoConfig.fromJson({ model_type: "bigram" }, { architectures: extended });
  expect(() => AutoModelForCausalLM.fromConfig(config, { architectures: { bigram: withoutHead } })).toThrow(
    'AutoModelForCausalLM has no model of type "bigram"; it has gpt2, llama, opt',
  );
  expect([withoutConfig, withOtherHead].map(({ baseModelPrefix }) => baseModelPrefix)).toEqual([
    "model",
    "model",
  ]);
  expect(new Empty(config, { dtype: "float32" }).forward).toBeUndefined();
});
