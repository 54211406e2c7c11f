import type { Tensor } from "../src";
import * as autograd from "../src";
import goldenNn from "./golden/nn.json" with { type: "json" };
import type { Build, GoldenFile, OpCase } from "./golden-cases";
import { buildsOf, casesFrom } from "./golden-cases";

const {
  attention,
  concat,
  constant,
  conv1d,
  convTranspose1d,
  crossEntropy,
  crossEntropyLoss,
  layerNorm,
  logSoftmax,
  reshape,
  rmsNorm,
  rotaryEmbedding,
  rotaryTables,
  softmax,
} = autograd;

type Args = [Tensor, ...Tensor[]];
type Three = [Tensor, Tensor, Tensor, ...Tensor[]];

/** One input and what follows it, as cases give them. */
const lines = (op: typeof softmax, name: string): Record<string, Build> => ({
  [`${name} along axis 0`]: (...[x]: Args) => op(x, 0),
  [`${name} along axis 1 of 4`]: (...[x]: Args) => op(x, 1),
  [`${name} along a long axis 0`]: (...[x]: Args) => op(x, 0),
  [`${name} along an axis of 1`]: (...[x]: Args) => op(x, -2),
});

const reductions = (name: string, loss: typeof autograd.mseLoss): Record<string, Build> => ({
  [`${name}, summed`]: (x, y) => loss(x!, y!, { reduction: "sum" }),
  [`${name}, each`]: (x, y) => loss(x!, y!, { reduction: "none" }),
});

const attend =
  (options: (...rest: Tensor[]) => autograd.AttentionOptions): Build =>
  (...[q, k, v, ...rest]: Three) =>
    attention(q, k, v, options(...rest));

/** cos and sin, one above the other. */
const tables = (...args: Parameters<typeof rotaryTables>): Tensor => {
  const { cos, sin } = rotaryTables(...args);
  return concat([cos, sin].map(({ data, shape }) => reshape(constant(data, shape), [1, ...shape])));
};

/** Cases that need more than their inputs, by name. */
const builds: Readonly<Record<string, Build>> = {
  ...lines(softmax, "softmax"),
  ...lines(logSoftmax, "logSoftmax"),
  "layerNorm without weight": (x, b) => layerNorm(x!, null, b!),
  "layerNorm of width 1": (x, w, b) => layerNorm(x!, w!, b!, 0.5),
  "rmsNorm of small numbers": (x, w) => rmsNorm(x!, w!, 0.01),
  "elu with alpha": (x) => autograd.elu(x!, 0.3),
  "leakyRelu with slope": (x) => autograd.leakyRelu(x!, 0.2),

  "crossEntropy with another ignored index": (x, y) => crossEntropy(x!, y!, 2),
  "crossEntropyLoss, summed": (x, y) => crossEntropyLoss(x!, y!, { reduction: "sum", ignoreIndex: 0 }),
  "crossEntropyLoss, each": (x, y) => crossEntropyLoss(x!, y!, { reduction: "none" }),
  ...reductions("mseLoss", autograd.mseLoss),
  ...reductions("l1Loss", autograd.l1Loss),
  ...reductions("smoothL1Loss", autograd.smoothL1Loss),
  ...reductions("binaryCrossEntropyWithLogits", autograd.binaryCrossEntropyWithLogits),
  "smoothL1Loss with beta": (x, y) => autograd.smoothL1Loss(x!, y!, { beta: 0.3 }),
  "binaryCrossEntropyWithLogits far out": (x, y) =>
    autograd.binaryCrossEntropyWithLogits(x!, y!, { reduction: "none" }),

  "conv1d in groups": (x, k) => conv1d(x!, k!, { groups: 2, low: 1, high: 1 }),
  "conv1d of each channel": (x, k) => conv1d(x!, k!, { groups: 3, stride: 2, low: 2, high: 1 }),
  "conv1d, two filters a channel": (x, k) => conv1d(x!, k!, { groups: 2, stride: 2 }),
  "conv1d with bias": (x, k, bias) => conv1d(x!, k!, { low: 1, bias: bias! }),
  "conv1d in groups with bias, dilated": (x, k, bias) =>
    conv1d(x!, k!, { groups: 2, dilation: 3, stride: 2, low: 4, high: 3, bias: bias! }),
  "conv1d of padding only at the ends": (x, k) => conv1d(x!, k!, { low: 5, high: 5, stride: 4 }),
  "convTranspose1d in groups": (y, k) => convTranspose1d(y!, k!, 9, { stride: 2, low: 1, groups: 2 }),
  "convTranspose1d of each channel": (y, k) => convTranspose1d(y!, k!, 8, { stride: 2, groups: 3 }),
  "convTranspose1d of width 1": (y, k) => convTranspose1d(y!, k!, 1, { low: 1 }),
  "convTranspose1d in groups, dilated and longer": (y, k) =>
    convTranspose1d(y!, k!, 20, { stride: 3, dilation: 2, low: 2, groups: 2 }),

  "rotaryEmbedding, interleaved": (x, c, s) => rotaryEmbedding(x!, c!, s!, { interleaved: true }),
  "rotaryEmbedding of some channels, interleaved": (x, c, s) =>
    rotaryEmbedding(x!, c!, s!, { interleaved: true }),
  "rotaryEmbedding at positions": (x, c, s, positions) =>
    rotaryEmbedding(x!, c!, s!, { positions: positions! }),
  rotaryTables: () => tables(40, 16),
  "rotaryTables, linear": () => tables(40, 16, { scaling: { type: "linear", factor: 4 } }),
  "rotaryTables, llama3": () =>
    tables(40, 16, {
      base: 5000,
      scaling: {
        type: "llama3",
        factor: 8,
        lowFrequencyFactor: 1,
        highFrequencyFactor: 4,
        originalLength: 64,
      },
    }),

  "attention with scale": attend(() => ({ scale: 0.3 })),
  "attention, causal": attend(() => ({ causal: true })),
  "attention, causal, of the last queries": attend(() => ({ causal: true })),
  "attention, causal, of one query": attend(() => ({ causal: true })),
  "attention of segments": attend((segmentIds) => ({ segmentIds: segmentIds! })),
  "attention, causal in segments": attend((segmentIds) => ({ causal: true, segmentIds: segmentIds! })),
  "attention, causal in segments, of the last queries": attend((segmentIds, keySegmentIds) => ({
    causal: true,
    segmentIds: segmentIds!,
    keySegmentIds: keySegmentIds!,
  })),
  "attention in a window": attend(() => ({ causal: true, slidingWindow: 3 })),
  "attention in a window of 1": attend(() => ({ causal: true, slidingWindow: 1 })),
  "attention in a window, of the last queries": attend(() => ({ causal: true, slidingWindow: 2 })),
  "attention in a window, not causal": attend(() => ({ slidingWindow: 2 })),
  "attention in a window in segments": attend((segmentIds) => ({
    causal: true,
    slidingWindow: 2,
    segmentIds: segmentIds!,
  })),
  "attention with bias": attend((bias) => ({ bias: bias! })),
  "attention with a bias of keys, causal": attend((bias) => ({ bias: bias!, causal: true })),
  "attention with a mask": attend((mask) => ({ mask: mask! })),
  "attention with a mask of numbers": attend((mask) => ({ mask: mask! })),
  "attention of one head of keys": attend(() => ({ causal: true })),
  "attention of grouped heads in segments with bias": attend((segmentIds, bias) => ({
    causal: true,
    segmentIds: segmentIds!,
    bias: bias!,
  })),
  "attention of large scores": attend(() => ({ scale: 100 })),
};

/** The neural functions on torch's inputs (made by reference/autograd/make_nn.py, torch 2.13, seed 21). */
export const nnCases: readonly OpCase[] = casesFrom(
  goldenNn as unknown as GoldenFile,
  buildsOf(autograd, builds),
);
