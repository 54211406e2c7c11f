import type { DropoutSeed, Embedding, Module, Tensor } from "@waveft/autograd";
import type { WeightDType } from "../config";
import type { KeyValues, TokenInputs } from "./inputs";

/** What backbones are made with. */
export interface BackboneOptions {
  /** How weights are stored. */
  readonly dtype: WeightDType;
  /** Of all dropout layers. */
  readonly seed: DropoutSeed;
  /** Whether the blocks compute their values again in the backward pass, asked at every pass. */
  readonly recomputes: () => boolean;
}

export interface HiddenStates {
  /** float32 [rows · length, width], or [m, width] with `logitsAt`: all matrix products are on flat rows. */
  readonly hidden: Tensor;
  /** Keys and values of these tokens, by layer; none where nothing can be cached. */
  readonly present: readonly KeyValues[];
}

/** A model without its head: what all heads stand on. */
export interface Backbone extends Module {
  /** Of the hidden states. */
  readonly width: number;
  forward(inputs: TokenInputs): HiddenStates;
  /** What classifiers of a whole text take of a token's hidden state, where it is not that itself. */
  pool?(hidden: Tensor): Tensor;
  /** The token embedding. */
  getInputEmbeddings(): Embedding;
}
