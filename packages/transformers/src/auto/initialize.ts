import { type Embedding, Initializer, type LinearLayer, type Module, type Parameter } from "@waveft/autograd";
import type { PreTrainedModel } from "../models/pretrained-model";

/**
 * Draws new weights by the law of Hugging Face transformers: linear layers and embeddings from N(0, σ²) with the
 * model's `initStdOf`, the padding token's embedding and biases zero; other layers by their own `reset`. The numbers are
 * our own, the same for a seed everywhere.
 *
 * @param isNew which parameters, by name (default: all); the others stay as they are
 */
export const initialize = (
  model: PreTrainedModel,
  seed: number,
  isNew: (name: string) => boolean = () => true,
): void => {
  const initializer = new Initializer(seed);
  for (const [name, parameter] of model.namedParameters()) if (!isNew(name)) initializer.keep(parameter);
  for (const [path, module] of model.namedModules()) {
    const std = model.initStdOf(`${path}.weight`);
    if (isEmbedding(module)) {
      initializer.normalRows(module.weight, std, (row) => row === module.paddingIndex);
    } else if (isLinear(module)) {
      initializer.normal(module.weight, std);
      if (module.bias !== null) initializer.constant(module.bias, 0);
    } else module.reset(initializer);
  }
};

const isEmbedding = (module: Module): module is Embedding => module.kind === "Embedding";

type DenseLayer = LinearLayer & { readonly weight: Parameter; readonly bias: Parameter | null };

const isLinear = (module: Module): module is DenseLayer => "inFeatures" in module && "weight" in module;
