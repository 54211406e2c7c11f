import { type TransformerConfig, transformerConfig } from "../config";
import type { Architecture } from "./architecture";
import type { BlockSpec } from "./shared/transformer-block";
import { repeated, TransformerStack } from "./shared/transformer-stack";

const norm = { kind: "layer", epsilon: 1e-5 } as const;
const names = { tokens: "embed_tokens", positions: "embed_positions", layers: "layers", norm: "norm" };

/** Attention and feed-forward beside each other, behind one norm: h + A(norm h) + F(norm h). */
const block = ({
  hiddenSize,
  numAttentionHeads: heads,
  intermediateSize,
  hiddenAct,
}: TransformerConfig): BlockSpec => ({
  kind: "ParallelBlock",
  names: { attention: "attn", feedForward: "mlp", attentionNorm: "norm" },
  norm,
  placement: "parallel",
  attention: {
    kind: "ParallelAttention",
    names: { q: "q_proj", k: "k_proj", v: "v_proj", out: "o_proj" },
    ...{ heads, kvHeads: heads, headDim: hiddenSize / heads },
  },
  feedForward: {
    kind: "ParallelMLP",
    names: { up: "fc1", down: "fc2" },
    ...{ inner: intermediateSize, activation: hiddenAct },
  },
});

export const parallel: Architecture<TransformerConfig> = {
  baseModelPrefix: "model",
  parseConfig: (fields) =>
    transformerConfig(fields, {
      ...{ vocabSize: 256, maxPositionEmbeddings: 1024, numHiddenLayers: 2 },
      ...{ hiddenSize: 32, numAttentionHeads: 4, intermediateSize: 128, hiddenAct: "gelu" },
    }),
  backbone: (config, options) => {
    const [width, blocks] = [config.hiddenSize, repeated(config.numHiddenLayers, () => block(config))];
    const spec = { kind: "ParallelModel", names, width, embeddings: { positionOffset: 0 }, blocks, norm };
    return new TransformerStack(spec, config, options);
  },
  heads: { causalLM: { kind: "ParallelForCausalLM" } },
};
