import {
  type Compiled,
  type Device,
  type Engine,
  encodeHalf,
  hostTensor,
  isFloat,
  Linear,
  type LinearLayer,
  Module,
  type Parameter,
  resolveDevice,
  type Tensor,
  TransposedLinear,
  tanh,
} from "@waveft/autograd";
import type { WeightDType } from "@waveft/transformers";
import {
  type AdaptedLinear,
  getPeftModel,
  isAdaptedLinear,
  type PeftModel,
  type PeftModelOptions,
} from "../src";
import type { MethodRow, RowFields } from "./method-rows";

/** Numbers without a pattern that a transform could miss, the same at each run. */
export const numbers = (count: number, phase: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(1 + phase + 7.3 * i + 0.1 * i * phase));

/** The smallest model with both kinds of layers: x [tokens, 7] → [tokens, 6], odd sizes among them. */
export class Pair extends Module {
  override readonly kind = "Pair";
  readonly config = { modelType: "pair" };
  device: Device = "gpu:cpu";
  first: Linear;
  second: TransposedLinear;

  constructor({ sizes = [7, 5, 6], dtype = "float32" }: PairOptions = {}) {
    super();
    const [a, b, c] = sizes;
    this.first = new Linear(a, b, { dtype });
    this.second = new TransposedLinear(b, c, { dtype });
    for (const [i, parameter] of this.parameters().entries()) {
      const values = numbers(parameter.tensor.size, i, 0.6);
      const { dtype: stored } = parameter;
      parameter.data = stored === "float16" || stored === "bfloat16" ? encodeHalf(stored, values) : values;
    }
  }

  forward(x: Tensor): Tensor {
    return this.second.forward(tanh(this.first.forward(x)));
  }
}

export interface PairOptions {
  readonly sizes?: readonly [number, number, number];
  readonly dtype?: WeightDType;
}

export type WrappedPair = PeftModel<Pair>;

export interface WrapOptions extends PairOptions, PeftModelOptions {
  readonly device?: Device;
  readonly fields?: RowFields;
}

/** A new pair with an adapter of a row. */
export const wrap = (
  row: MethodRow,
  { device = "gpu:cpu", fields, ...options }: WrapOptions = {},
): WrappedPair => {
  const pair = new Pair(options);
  pair.device = device;
  return getPeftModel(pair, row.config(fields), { onWarning: () => {}, ...options });
};

/** Gives the parameters of an adapter new values. */
export const fill = (model: WrappedPair, adapter = "default", phase = 0): void => {
  for (const layer of adaptedOf(model))
    for (const parameter of Object.values(layer.adapters.get(adapter)?.parameters ?? {}))
      parameter.data = numbers(parameter.tensor.size, phase + parameter.tensor.size, 0.3);
};

export const adaptedOf = (model: WrappedPair): AdaptedLinear[] =>
  [...model.model.namedModules()].flatMap(([, module]) => (isAdaptedLinear(module) ? [module] : []));

/** The weight of a layer that has one. */
export const weightOf = (layer: LinearLayer): Parameter => layer.denseWeight!()!.parameter;

export const trainedOf = (model: WrappedPair): Parameter[] =>
  model.parameters().filter(({ requiresGrad, dtype }) => requiresGrad && isFloat(dtype));

export const input = (model: WrappedPair | Pair, tokens = 4) => {
  const { inFeatures } = "model" in model ? model.model.first : model.first;
  return hostTensor(numbers(tokens * inFeatures, 0.5), [tokens, inFeatures]);
};

/** The outputs of a model on its device, from a plan of their own. */
export const outputsOf = async (model: WrappedPair | Pair, compileFor: CompileFor): Promise<Float32Array> => {
  const run = compileFor((x: Tensor) => model.forward(x));
  const { data } = await run(input(model));
  await run.dispose();
  return data as Float32Array;
};

export type CompileFor = (fn: (x: Tensor) => Tensor) => Compiled<[Tensor], Tensor>;

/** An engine that counts the plans that it makes. */
export const countingEngine = async (name: string): Promise<Engine & { readonly compiled: () => number }> => {
  const inner = await resolveDevice(name);
  let count = 0;
  return {
    name: inner.name,
    compile: (graph) => {
      count++;
      return inner.compile(graph);
    },
    compiled: () => count,
  };
};
