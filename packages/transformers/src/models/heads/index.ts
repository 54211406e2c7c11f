import { CausalLM } from "./causal-lm";
import { SequenceClassifier } from "./sequence-classifier";

/** Every head by what it is for. A new one is its own file, its entry in `HeadSpecs`, and one line here. */
export const heads = {
  causalLM: CausalLM,
  sequenceClassification: SequenceClassifier,
};
