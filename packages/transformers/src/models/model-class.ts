import type { PretrainedConfig } from "../config";
import type { Architecture } from "./architecture";
import type { ModelOptions, PreTrainedModel } from "./pretrained-model";

type Constructor<A extends readonly unknown[], T> = new (...args: A) => T;

/** A head on an architecture as a class of its own, as Python has them: `new OPTForCausalLM(config, { dtype })`. */
export const modelClass = <C extends PretrainedConfig, M extends PreTrainedModel<C>>(
  Head: Constructor<[config: C, options: ModelOptions, architecture: Architecture<C>], M>,
  architecture: Architecture<C>,
): Constructor<[config: C, options: ModelOptions], M> => {
  // The type checker lets no class extend a type parameter.
  const Base = Head as Constructor<ConstructorParameters<typeof Head>, object>;
  class Model extends Base {
    constructor(config: C, options: ModelOptions) {
      super(config, options, architecture);
    }
  }
  return Model as Constructor<[config: C, options: ModelOptions], M>;
};
