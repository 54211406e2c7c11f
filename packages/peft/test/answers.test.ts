import { Linear, Module, type Tensor } from "@waveft/autograd";
import { AutoConfig, AutoModelForSequenceClassification } from "@waveft/transformers";
import { expect, expectTypeOf, test } from "vitest";
import { getPeftModel, WaveFTConfig } from "../src";

const config = new WaveFTConfig({ nFrequency: 3, targetModules: ["layer"] });

/** A user's own model, with members of every kind. */
class Own extends Module {
  override readonly kind = "Own";
  readonly config = { modelType: "own", labels: 3 };
  layer = new Linear(4, 3);
  calls = 0;
  #checkpointing = false;
  get isGradientCheckpointing(): boolean {
    return this.#checkpointing;
  }
  gradientCheckpointingEnable(): this {
    this.#checkpointing = true;
    return this;
  }
  forward(x: Tensor): Tensor {
    return this.layer.forward(x);
  }
  async predict(rows: number): Promise<string> {
    this.calls++;
    return `${rows} of ${this.kind}`;
  }
  // What the wrapper has too stays the wrapper's.
  savePretrained(): string {
    return "the base model's";
  }
}

test("a PeftModel has what its model has, of its types", async () => {
  const own = new Own();
  const model = getPeftModel(own, config);
  expect(model.config).toBe(own.config);
  expectTypeOf(model.config.labels).toEqualTypeOf<number>();
  expect(model.isGradientCheckpointing).toBe(false);
  expect(model.gradientCheckpointingEnable()).toBe(own);
  expect([model.isGradientCheckpointing, own.isGradientCheckpointing]).toEqual([true, true]);
  expectTypeOf(model.predict).toEqualTypeOf<(rows: number) => Promise<string>>();
  expect(await model.predict(2)).toBe("2 of Own");
  model.calls = 7;
  expect([own.calls, model.layer]).toEqual([7, own.layer]);
  expect(Object.keys(model)).not.toContain("layer");
});

test("its own members, its names and its parameters stay", () => {
  const model = getPeftModel(new Own(), config);
  expect([model.kind, String(model.savePretrained).includes("the base model's")]).toEqual([
    "PeftModel",
    false,
  ]);
  expect([...model.namedParameters()].map(([name]) => name)).toEqual([
    "base_model.model.layer.base_layer.weight",
    "base_model.model.layer.base_layer.bias",
    "base_model.model.layer.adapter_parameters.default.waveft_spectrum",
  ]);
});

test("a classifier with adapters has what trainers of classifiers ask for", () => {
  const bert = AutoModelForSequenceClassification.fromConfig(
    AutoConfig.fromJson({
      model_type: "bert",
      vocab_size: 20,
      hidden_size: 8,
      intermediate_size: 12,
      num_attention_heads: 2,
      num_hidden_layers: 1,
      max_position_embeddings: 16,
      num_labels: 3,
    }),
    { device: "gpu:cpu" },
  );
  const model = getPeftModel(bert, new WaveFTConfig({ nFrequency: 5, taskType: "SEQ_CLS" }));
  expect(model.newLayers).toEqual(bert.newLayers);
  expect([model.config, model.device, model.dropoutSeed]).toEqual([
    bert.config,
    bert.device,
    bert.dropoutSeed,
  ]);
  expectTypeOf(model.loss).toEqualTypeOf<typeof bert.loss>();
  expectTypeOf(model.forward).toEqualTypeOf<typeof bert.forward>();
  expect(model.numParameters({ trainableOnly: true })).toBe(model.getNbTrainableParameters().trainable);
  model.device = "onnx:cpu";
  expect(bert.device).toBe("onnx:cpu");
});
