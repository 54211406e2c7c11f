import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  compile,
  crossEntropy,
  gradients,
  hostTensor,
  mul,
  type Parameter,
  sum,
  type Tensor,
} from "@waveft/autograd";
import { bytesSource, openSafetensors, toFloat32 } from "@waveft/safetensors";
import {
  AutoConfig,
  AutoModelForCausalLM,
  type CausalLMInputs,
  type PreTrainedModel,
  type WeightDType,
} from "@waveft/transformers";
import type { LayerAdapter, PeftModel } from "../src/index";

export const golden = (name: string): string => join(import.meta.dirname, "golden", name);
const models = join(import.meta.dirname, "../../transformers/test/golden");

/** ΔW of an adapter, [out, in]. */
export const deltaOf = (adapter: LayerAdapter, out: number, width: number): Float32Array => {
  const data = new Float32Array(out * width);
  adapter.addDelta({ data, rowStride: width, columnStride: 1 });
  return data;
};

/** A JSON file as what its reader says it holds. */
export const readJson = <T = Record<string, unknown>>(path: string): T =>
  JSON.parse(readFileSync(path, "utf8"));

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: number[];
}

/** All tensors of a file as plain numbers. */
export const readTensors = async (path: string): Promise<Map<string, Numbers>> => {
  const file = await openSafetensors(bytesSource(readFileSync(path)));
  const tensors = new Map<string, Numbers>();
  for (const name of file.tensors.keys()) {
    const tensor = await file.read(name);
    const data =
      tensor.dtype === "I64" || tensor.dtype === "I32"
        ? Array.from(tensor.data as ArrayLike<number | bigint>, Number)
        : Array.from(toFloat32(tensor));
    tensors.set(name, { shape: tensor.shape, data });
  }
  return tensors;
};

/** `opt-pre` or `opt-post`, the tiny models that PEFT's adapters were made for. */
export const loadBase = (
  name: string,
  dtype: WeightDType = "float32",
  device = "gpu:cpu",
): Promise<PreTrainedModel> =>
  AutoModelForCausalLM.fromPretrained(join(models, name), { dtype, device, onWarning: () => {} });

/** A new OPT of some sizes, drawn from a seed. */
export const newModel = (sizes: object = {}, dtype: WeightDType = "float32"): PreTrainedModel =>
  AutoModelForCausalLM.fromConfig(
    AutoConfig.fromJson({
      model_type: "opt",
      vocab_size: 20,
      hidden_size: 8,
      word_embed_proj_dim: 8,
      ffn_dim: 12,
      num_attention_heads: 2,
      num_hidden_layers: 2,
      max_position_embeddings: 16,
      init_std: 0.4,
      dropout: 0,
      ...sizes,
    }),
    { seed: 3, dtype, device: "gpu:cpu" },
  );

/** Rows of tokens, one example each, where the mask is 1. */
export const inputsOf = (ids: readonly number[], mask: readonly number[], length: number) => {
  const shape = [ids.length / length, length];
  let seen = 0;
  const positions = mask.map((is, i) => {
    if (i % length === 0) seen = 0;
    return is === 1 ? seen++ : 0;
  });
  const int32 = (values: readonly number[]) => hostTensor(Int32Array.from(values), shape);
  return { inputIds: int32(ids), positionIds: int32(positions), segmentIds: int32(mask) };
};

type Runnable = PreTrainedModel | PeftModel<PreTrainedModel>;
const forward = (model: Runnable, inputs: CausalLMInputs): Tensor =>
  (model as { forward(inputs: CausalLMInputs): { logits: Tensor } }).forward(inputs).logits;

/** Logits of a model for one batch, [rows · length · vocabulary]. */
export const logitsOf = async (
  model: Runnable,
  inputs: ReturnType<typeof inputsOf>,
  device = "gpu:cpu",
): Promise<number[]> => {
  const run = compile((feed: CausalLMInputs) => forward(model, feed), { device });
  const { data } = await run(inputs);
  await run.dispose();
  return Array.from(data);
};

/** Mean loss of the next tokens and its gradients; labels are shifted here, −100 counts for nothing. */
export const lossOf = async (
  model: Runnable,
  inputs: ReturnType<typeof inputsOf>,
  labels: readonly number[],
  wrt: readonly Parameter[],
  device = "gpu:cpu",
): Promise<{ loss: number; gradients: number[][] }> => {
  const length = inputs.inputIds.shape[1]!;
  const next = labels.map((_, i) => ((i + 1) % length === 0 ? -100 : labels[i + 1]!));
  const scale = 1 / next.filter((label) => label !== -100).length;
  const run = compile(
    (feed: CausalLMInputs, targets: Tensor) => {
      const loss = mul(sum(crossEntropy(forward(model, feed), targets, -100)), scale);
      return { loss, slopes: gradients(loss, wrt) };
    },
    { device },
  );
  const { loss, slopes } = await run(inputs, hostTensor(Int32Array.from(next), [next.length]));
  await run.dispose();
  return { loss: loss.data[0]!, gradients: slopes.map(({ data }) => Array.from(data)) };
};

/** Structure, trainability, train mode and values of a model, to compare before and after. */
export const snapshot = (model: PreTrainedModel): string =>
  JSON.stringify([
    model.toString(),
    Array.from(model.namedModules(), ([name, { training }]) => [name, training]),
    Array.from(
      model.namedParameters({ duplicates: true }),
      ([name, { version, requiresGrad, dtype, data }]) => [
        name,
        version,
        requiresGrad,
        dtype,
        Array.from(data),
      ],
    ),
  ]);
