// The side of @waveft/peft: an OPT-350m-shaped model whose steps are those of the frozen base and of its adapters.
import * as A from "../../packages/autograd/dist/index.js";
import { getPeftModel, WaveFTConfig } from "../../packages/peft/dist/index.js";
import { random } from "../autograd/blocks.mjs";
import { median } from "../autograd/measure.mjs";

/** Adapters are created so often, here and by the peer. */
export const creations = 3;

export const targetsOf = { qv: ["q_proj", "v_proj"], all: "all-linear" };

/** `config.json` of a model of opt-350m's shape, as `peft_peer.py` has it. */
export const opt350m = (blocks) => ({
  model_type: "opt",
  vocab_size: 50272,
  hidden_size: 1024,
  ffn_dim: 4096,
  num_attention_heads: 16,
  num_hidden_layers: blocks,
  word_embed_proj_dim: 512,
  max_position_embeddings: 2048,
  do_layer_norm_before: false,
  dropout: 0,
  attention_dropout: 0,
});

export const configOf = (side, { count, wavelet }) =>
  new WaveFTConfig({
    nFrequency: count,
    waveletFamily: wavelet,
    targetModules: targetsOf[side],
    taskType: "CAUSAL_LM",
  });

/** Ids of a batch, as the peer counts them, and the next id of each as its label. */
const batchOf = ({ batch, length, vocabulary }) => {
  const size = batch * length;
  const ids = Int32Array.from({ length: size }, (_, i) => (i * 7919 + 104729) % vocabulary);
  const int32 = (values, shape = [batch, length]) => A.hostTensor(Int32Array.from(values), shape);
  const places = Array.from(ids, (_, i) => i % length);
  return [
    {
      inputIds: int32(ids),
      positionIds: int32(places),
      segmentIds: int32(places.map(() => 1)),
    },
    int32(
      places.map((place, i) => (place === length - 1 ? -100 : ids[i + 1])),
      [size],
    ),
    batch * (length - 1),
  ];
};

/**
 * A step of a model: mean loss of the next tokens, and the gradients of `wrt`. `seconds` is of the launch and of what
 * the host does before it.
 */
export const stepOf = (model, wrt, sizes, device) => {
  const [feed, labels, count] = batchOf(sizes);
  const run = A.compile(
    (inputs, targets) => {
      const { logits } = model.forward(inputs);
      const loss = A.mul(A.sum(A.crossEntropy(logits, targets, -100)), 1 / count);
      return { loss, gradients: A.gradients(loss, wrt) };
    },
    { device },
  );
  return async () => (await run(feed, labels)).loss.data[0];
};

const trained = (model) => model.parameters().filter(({ requiresGrad }) => requiresGrad);

/** Seconds of creating an adapter, the median of a few. */
const creationTime = (base, side, adapter) => {
  const samples = Array.from({ length: creations }, () => {
    const start = performance.now();
    const made = getPeftModel(base, configOf(side, adapter), { adapterName: side, onWarning: () => {} });
    const seconds = (performance.now() - start) / 1000;
    made.unload();
    return seconds;
  });
  return median(samples);
};

/**
 * The steps of one base model: `frozen` goes back to the queries, keys and values of the lowest block, as far as
 * adapters on them need it; the others have their adapter's gradients. An adapter's coefficients count as changed
 * before each step, as an optimizer would have it.
 */
export const openSteps = (base, sides, sizes, adapter, device) => {
  const steps = {};
  const seconds = {};
  let model = null;
  for (const side of sides.filter((name) => name !== "frozen"))
    seconds[side] = creationTime(base, side, adapter);
  for (const side of sides.filter((name) => name !== "frozen")) {
    const config = configOf(side, adapter);
    if (model === null) model = getPeftModel(base, config, { adapterName: side, onWarning: () => {} });
    else model.addAdapter(side, config);
    model.setAdapter(side);
    const parameters = trained(model);
    for (const [i, parameter] of parameters.entries())
      parameter.data = random(parameter.data.length, 500 + i, 1e-4);
    const step = stepOf(model, parameters, sizes, device);
    steps[side] = {
      prepare: () => {
        model.setAdapter(side);
        // Going from one adapter to another is not part of a step.
        for (const [, layer] of model.namedModules())
          if (layer.kind === "AdaptedLinear" && layer.activeAdapters.length > 0 && adapter.merged)
            void layer.effectiveWeight().version;
        for (const parameter of parameters) parameter.touch();
      },
      step,
    };
  }
  if (sides.includes("frozen")) {
    const lowest = /layers\.0\.self_attn\.[qkv]_proj(\.base_layer)?\.bias$/;
    const wrt = [...base.namedParameters()].flatMap(([name, bias]) => (lowest.test(name) ? [bias] : []));
    if (model === null) base.setRequiresGrad(false);
    steps.frozen = {
      prepare: () => model?.setAdapter([]),
      step: stepOf(model ?? base, wrt, sizes, device),
    };
  }
  return { steps, creation: seconds };
};
