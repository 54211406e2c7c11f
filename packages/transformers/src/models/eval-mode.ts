import {
  type CompileOptions,
  compile,
  type Device,
  type Fed,
  type Hosted,
  isModule,
  type Module,
} from "@waveft/autograd";

/**
 * A compiled function that computes in eval mode, whatever the model is used for meanwhile: it is traced in that mode,
 * and no layer's mode is changed while anything is awaited.
 */
export const compileForEval = <I, O>(
  model: Module & { readonly device: Device },
  fn: (inputs: I) => O,
  options: Pick<CompileOptions, "cacheSize" | "key"> = {},
): ((inputs: Fed<I>) => Promise<Hosted<O>>) => {
  const run = compile(fn, { ...options, device: model.device });
  return (inputs) => inEvalMode(model, () => run(inputs));
};

/** Does something at once in eval mode; each layer's mode is then as it was. */
const inEvalMode = <T>(model: Module, work: () => T): T => {
  const training: Module[] = [];
  collectTraining(model, training);
  for (const layer of training) layer.training = false;
  try {
    return work();
  } finally {
    for (const layer of training) layer.training = true;
  }
};

/** Without names: it is done at every call. A module that stands in two places is found twice, which does not matter. */
const collectTraining = (module: Module, found: Module[]): void => {
  if (module.training) found.push(module);
  for (const { value } of module.members()) if (isModule(value)) collectTraining(value, found);
};
