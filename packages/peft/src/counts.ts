import type { Parameter } from "@waveft/autograd";

export interface TrainableCounts {
  readonly trainable: number;
  readonly all: number;
}

export const countParameters = (parameters: readonly Parameter[]): TrainableCounts => {
  const count = (some: readonly Parameter[]) => some.reduce((total, { tensor }) => total + tensor.size, 0);
  return { trainable: count(parameters.filter(({ requiresGrad }) => requiresGrad)), all: count(parameters) };
};

/** PEFT's sentence. */
export const trainableSentence = ({ trainable, all }: TrainableCounts): string => {
  const percent = ((100 * trainable) / all).toFixed(4);
  return `trainable params: ${trainable.toLocaleString("en-US")} || all params: ${all.toLocaleString("en-US")} || trainable%: ${percent}`;
};
