import type { Shape } from "../src";
import * as autograd from "../src";
import { modulus } from "../src/random";
import goldenOps from "./golden/ops.json" with { type: "json" };
import type { GoldenFile, OpCase } from "./golden-cases";
import { buildsOf, casesFrom } from "./golden-cases";
import { nnCases } from "./nn-cases";
import { opBuilds } from "./op-builds";

export * from "./golden-cases";

/** Every op on torch's inputs (made by reference/autograd/make_ops.py, torch 2.13, seed 20). */
export const opCases: readonly OpCase[] = [
  ...casesFrom(goldenOps as unknown as GoldenFile, buildsOf(autograd, opBuilds)),
  ...nnCases,
];

/** Draws of `randomUniform` that every engine gives exactly as `randomUniformHost` (random-host.ts) does. */
export const randomCases: readonly { seed: number; salt: number; shape: Shape }[] = [
  { seed: 0, salt: 0, shape: [5] },
  { seed: 1, salt: 7, shape: [3, 700] },
  { seed: 2 ** 23 - 1, salt: 2 ** 40 + 3, shape: [modulus + 1] },
  { seed: modulus * modulus, salt: 1, shape: [] },
  { seed: 12, salt: 1, shape: [0, 2] },
];
