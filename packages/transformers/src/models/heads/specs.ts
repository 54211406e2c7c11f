import type { PretrainedConfig } from "../../config";

/** The next token. */
export interface CausalLMSpec<C extends PretrainedConfig> {
  /** Python's class. */
  readonly kind: string;
  /** Whether the head has a bias (default false). */
  readonly bias?: boolean;
  /** Logits z become softCap · tanh(z / softCap); null: they stay. */
  softCap?(config: C): number | null;
}

/** One label for a whole text. */
export interface SequenceClassifierSpec<C extends PretrainedConfig> {
  /** Python's class. */
  readonly kind: string;
  /** The name of the layer that gives the logits. */
  readonly layer: string;
  /** Whether it has a bias (default false). */
  readonly bias?: boolean;
  /** The token that stands for a text: its first, or its last. */
  readonly token: "first" | "last";
  /** Layers of the backbone that are trained with a task, too: checkpoints of other tasks lack them. */
  readonly newLayers?: readonly string[];
  /** Of what the layer takes (default 0). */
  dropout?(config: C): number;
}

/** What an architecture says of each head: one entry for each `AutoModelFor…`. */
export interface HeadSpecs<C extends PretrainedConfig = PretrainedConfig> {
  /** `AutoModelForCausalLM` */
  readonly causalLM: CausalLMSpec<C>;
  /** `AutoModelForSequenceClassification` */
  readonly sequenceClassification: SequenceClassifierSpec<C>;
}
