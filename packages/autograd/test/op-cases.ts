import type { Shape } from "../src";
import * as ops from "../src/ops";
import { modulus } from "../src/random";
import goldenOps from "./golden/ops.json" with { type: "json" };
import type { Build, GoldenFile, OpCase } from "./golden-cases";
import { buildsOf, casesFrom } from "./golden-cases";
import { nnCases } from "./nn-cases";

export * from "./golden-cases";

/** Cases that need more than their inputs, by name. */
const builds: Readonly<Record<string, Build>> = {
  "cast to int32": (x) => ops.cast(x!, "int32"),
  "cast to bool": (x) => ops.cast(x!, "bool"),
  "cast to float32": (x) => ops.cast(x!, "float32"),
  "sum over rows": (x) => ops.sum(x!, { axes: 0 }),
  "sum over the middle": (x) => ops.sum(x!, { axes: 1, keepDims: true }),
  "sum over outer axes": (x) => ops.sum(x!, { axes: [0, 2] }),
  "sum over every other axis": (x) => ops.sum(x!, { axes: [0, 2, 4], keepDims: true }),
  "sum of a long row": (x) => ops.sum(x!, { axes: 1 }),
  "sum of a long column": (x) => ops.sum(x!, { axes: 0 }),
  "sum of nothing": (x) => ops.sum(x!, { axes: 0 }),
  "sum of integers": (x) => ops.sum(x!, { axes: 1 }),
  "max over rows": (x) => ops.max(x!, { axes: 0, keepDims: true }),
  "max over outer axes": (x) => ops.max(x!, { axes: [0, 2] }),
  "max of a long row": (x) => ops.max(x!, { axes: -1 }),
  "argmax over the middle": (x) => ops.argmax(x!, 1),
  "layerNorm far from zero": (x, w, b) => ops.layerNorm(x!, w!, b!, 0.1),
  "matmul, first transposed": (a, b) => ops.matmul(a!, b!, { transposeA: true }),
  "matmul, second transposed": (a, b) => ops.matmul(a!, b!, { transposeB: true }),
  "matmul, both transposed": (a, b) => ops.matmul(a!, b!, { transposeA: true, transposeB: true }),
  "matmul of broadcast batches": (a, b) => ops.matmul(a!, b!, { transposeB: true }),
  "matmul of batches by a matrix": (a, b) => ops.matmul(a!, b!, { transposeA: true }),
  "conv1d, strided and padded": (x, k) => ops.conv1d(x!, k!, { stride: 2, low: 2, high: 1 }),
  "conv1d, dilated": (x, k) => ops.conv1d(x!, k!, { stride: 3, dilation: 2, low: 1, high: 3 }),
  convTranspose1d: (y, k) => ops.convTranspose1d(y!, k!, 8),
  "convTranspose1d, strided and cut": (y, k) => ops.convTranspose1d(y!, k!, 9, { stride: 2, low: 1 }),
  "convTranspose1d, dilated and longer": (y, k) =>
    ops.convTranspose1d(y!, k!, 16, { stride: 3, dilation: 2, low: 1 }),
  "gather along axis 1": (x, i) => ops.gather(x!, i!, 1),
  scatterAdd: (u, i) => ops.scatterAdd(u!, i!, 4),
  "scatterAdd along axis 1": (u, i) => ops.scatterAdd(u!, i!, 4, 1),
  oneHot: (i) => ops.oneHot(i!, 4),
  "transpose of 4 axes": (x) => ops.transpose(x!, [2, 0, 3, 1]),
  reshape: (x) => ops.reshape(x!, [4, -1]),
  broadcastTo: (x) => ops.broadcastTo(x!, [3, 2, 4]),
  concat: (a, b) => ops.concat([a!, b!]),
  "concat along axis 1": (a, b, c) => ops.concat([a!, b!, c!], 1),
  "concat with nothing": (a, b) => ops.concat([a!, b!], -1),
  slice: (x) => ops.slice(x!, [1, 0, 2], [3, 2, 4]),
  "slice with steps": (x) => ops.slice(x!, [0, 1], [5, 7], [2, 3]),
  "slice of nothing": (x) => ops.slice(x!, [1, 0], [1, 2]),
  pad: (x) => ops.pad(x!, [1, 0], [0, 2]),
  "pad between elements": (x) => ops.pad(x!, [1, 2], [0, 1], { interior: [2, 0] }),
};

/** Every op on torch's inputs (made by reference/autograd/make_ops.py, torch 2.13, seed 20). */
export const opCases: readonly OpCase[] = [
  ...casesFrom(goldenOps as unknown as GoldenFile, buildsOf(ops, builds)),
  ...nnCases,
];

/** Draws of `randomUniform` that every engine gives exactly as `randomUniformHost` (src/random.ts) does. */
export const randomCases: readonly { seed: number; salt: number; shape: Shape }[] = [
  { seed: 0, salt: 0, shape: [5] },
  { seed: 1, salt: 7, shape: [3, 700] },
  { seed: 2 ** 23 - 1, salt: 2 ** 40 + 3, shape: [modulus + 1] },
  { seed: modulus * modulus, salt: 1, shape: [] },
  { seed: 12, salt: 1, shape: [0, 2] },
];
