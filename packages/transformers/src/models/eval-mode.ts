import {
  type CompileOptions,
  compile,
  type Device,
  type Fed,
  type Hosted,
  inEvalMode,
} from "@waveft/autograd";

/**
 * A compiled function that computes in eval mode, whatever the model is used for meanwhile: it is traced in that mode,
 * and no layer's mode is changed.
 */
export const compileForEval = <I, O>(
  model: { readonly device: Device },
  fn: (inputs: I) => O,
  options: Pick<CompileOptions, "cacheSize" | "key"> = {},
): ((inputs: Fed<I>) => Promise<Hosted<O>>) => {
  const run = compile(fn, { ...options, device: model.device });
  return (inputs) => inEvalMode(() => run(inputs));
};
