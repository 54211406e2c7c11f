import { TrainerError } from "../errors";
import type { TrainableModel } from "../trainable-model";
import { causalLM } from "./causal-lm";
import type { Objective } from "./objective";
import { sequenceClassification } from "./sequence-classification";

/** What models can be trained for. A new objective is its own file and one line here. */
export const objectives = {
  sequenceClassification,
  causalLM,
} as const satisfies Record<string, Pick<Objective, "name" | "accepts">>;

/** The first objective that a model is for. */
export const objectiveOf = (model: TrainableModel): Objective => {
  const all = Object.values(objectives) as readonly Objective[];
  const found = all.find((objective) => objective.accepts(model));
  if (found !== undefined) return found;
  throw new TrainerError(
    `trainer: no objective for a ${model.kind}; there are ${all.map(({ name }) => name).join(", ")}; give one as objective`,
  );
};
