import { Linear, type LinearLayer, type Module, type Tensor } from "@waveft/autograd";
import type { PretrainedConfig } from "../../config";
import type { CausalLMInputs } from "../inputs";
import {
  completed,
  lastTokens,
  SequenceClassifier,
  type SequenceClassifierInputs,
  type SequenceClassifierOutputs,
} from "../sequence-classifier";
import { SelfAttentionContext } from "./self-attention";

/** A stack of causal layers: hidden states [rows · length, width], or those `logitsAt` names. */
export interface Decoder extends Module {
  forward(inputs: CausalLMInputs, context: SelfAttentionContext): Tensor;
}

/** Logits from the last token's hidden state, by a layer without bias: Python's head for decoders. */
export abstract class LastTokenClassifier<
  C extends PretrainedConfig = PretrainedConfig,
> extends SequenceClassifier<C> {
  abstract score: LinearLayer;
  protected abstract decoder(): Decoder;

  override get newLayers(): readonly string[] {
    return ["score"];
  }

  protected newScore(width: number): LinearLayer {
    return new Linear(width, this.config.numLabels, { bias: false, dtype: this.dtype });
  }

  override forward(inputs: SequenceClassifierInputs): SequenceClassifierOutputs {
    const full = completed(inputs);
    const { padTokenId } = this.config;
    const logitsAt =
      inputs.logitsAt ??
      (padTokenId === null ? lastTokens(full.segmentIds, 0) : lastTokens(full.inputIds, padTokenId));
    const hidden = this.decoder().forward({ ...full, logitsAt }, new SelfAttentionContext(full));
    return { logits: this.score.forward(hidden) };
  }
}
