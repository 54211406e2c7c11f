import { Initializer } from "./initializer";
import type { Module } from "./module";

/**
 * Draws new weights for training from scratch, by the laws of torch (for `TransposedLinear`, transformers):
 *
 * | layer | weight | bias |
 * | --- | --- | --- |
 * | `Linear` | U(±1/√in) | U(±1/√in) |
 * | `TransposedLinear` | N(0, 0.02²) | 0 |
 * | `Embedding` | N(0, 1), the padding row 0 | |
 * | `LayerNorm`, `RMSNorm` | 1 | 0 |
 *
 * A seed gives the same weights on every machine (not torch's own numbers). A shared parameter is drawn once, by the
 * first layer in the tree that holds it. A layer of your own draws its parameters in its `reset`.
 *
 * @param seed any safe integer
 */
export const initialize = <M extends Module>(module: M, seed: number): M => {
  const initializer = new Initializer(seed);
  for (const [, layer] of module.namedModules()) layer.reset(initializer);
  return module;
};
