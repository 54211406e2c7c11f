import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, gradients, hostTensor, mul, type Parameter, sum, type Tensor } from "@waveft/autograd";
import { getPeftModel, methods, type PeftConfig, PeftModel } from "@waveft/peft";
import { AutoConfig, AutoModelForCausalLM, type CausalLMInputs } from "@waveft/transformers";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "waveft-method-"));
});
afterAll(() => rm(folder, { recursive: true }));

const diagonal = (methods as Record<string, { configFromJson(json: object): PeftConfig }>).DIAGONAL!;
const config = () => diagonal.configFromJson({ target_modules: ["v_proj", "fc1"], scaling: 2 });

const newModel = () =>
  AutoModelForCausalLM.fromConfig(
    AutoConfig.fromJson({
      model_type: "opt",
      vocab_size: 20,
      hidden_size: 8,
      word_embed_proj_dim: 8,
      ffn_dim: 12,
      num_attention_heads: 2,
      num_hidden_layers: 1,
      max_position_embeddings: 16,
      init_std: 0.4,
      activation_function: "gelu",
    }),
    { seed: 3, device: "gpu:cpu" },
  );

const row = (values: readonly number[]) => hostTensor(Int32Array.from(values), [1, values.length]);
const inputs = {
  inputIds: row([2, 7, 5, 11, 3]),
  positionIds: row([0, 1, 2, 3, 4]),
  segmentIds: row([1, 1, 1, 1, 1]),
};

/** Σ weights · logits, a scalar that every logit moves, and its gradients in the trainable parameters. */
const measure = async (model: PeftModel, wrt: readonly Parameter[]) => {
  const run = compile(
    (feed: CausalLMInputs, weights: Tensor) => {
      const loss = sum(mul((model.forward(feed as never) as { logits: Tensor }).logits, weights));
      return { loss, gradients: gradients(loss, wrt) };
    },
    { device: "gpu:cpu" },
  );
  const weights = hostTensor(
    Array.from({ length: 100 }, (_, i) => Math.sin(i)),
    [5, 20],
  );
  const { loss, gradients: slopes } = await run(inputs, weights);
  await run.dispose();
  return { loss: loss.data[0]!, slopes: slopes.map(({ data }) => Array.from(data)) };
};

const trainable = (model: PeftModel) => model.parameters().filter(({ requiresGrad }) => requiresGrad);

/** Numbers that are not zero, so that the adapter acts. */
const disturb = (parameters: readonly Parameter[]) => {
  for (const parameter of parameters)
    parameter.data = Float32Array.from(parameter.data, (_, i) => Math.cos(i) / 8);
};

test("a new method adapts the layers that its config names", () => {
  const model = getPeftModel(newModel(), config());
  expect(model.getNbTrainableParameters().trainable).toBe(8 + 8);
});

test("its gradient is the slope of the loss", async () => {
  const model = getPeftModel(newModel(), config()) as unknown as PeftModel;
  const parameters = trainable(model);
  disturb(parameters);
  const { slopes } = await measure(model, parameters);
  const step = 1 / 64;
  for (const [p, parameter] of parameters.entries()) {
    const at = parameter.data as Float32Array;
    const differences: number[] = [];
    for (let i = 0; i < at.length; i++) {
      const moved = async (by: number) => {
        parameter.data = at.with(i, at[i]! + by);
        return (await measure(model, [])).loss;
      };
      differences.push(((await moved(step)) - (await moved(-step))) / (2 * step));
    }
    parameter.data = at;
    expect(slopes[p]!).toBeAllclose(differences, 1e-2);
  }
});

test("it is saved in PEFT's files and loads again", async () => {
  const model = getPeftModel(newModel(), config()) as unknown as PeftModel;
  const { loss: bare } = await measure(model, []);
  disturb(trainable(model));
  const { loss } = await measure(model, []);
  expect(Math.abs(loss - bare)).toBeGreaterThan(1e-3);
  await model.savePretrained(folder);
  const saved = JSON.parse(await readFile(join(folder, "adapter_config.json"), "utf8"));
  expect(saved).toMatchObject({ peft_type: "DIAGONAL", scaling: 2, target_modules: ["v_proj", "fc1"] });
  const loaded = (await PeftModel.fromPretrained(newModel(), folder)) as unknown as PeftModel;
  expect((await measure(loaded, [])).loss).toBe(loss);
});
