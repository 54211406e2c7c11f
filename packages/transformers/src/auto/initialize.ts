import type { Module, Parameter } from "@waveft/autograd";
import { float32ToBfloat16, float32ToFloat16 } from "@waveft/safetensors";
import type { PreTrainedModel } from "../models/pretrained-model";

/**
 * Draws new weights by the law of Hugging Face transformers: linear layers and embeddings from N(0, σ²) with the
 * model's `initStdOf`, the padding token's embedding and all biases zero, norm weights one. The numbers are our own,
 * the same for a seed everywhere; every parameter is drawn in the order of the state dict.
 *
 * @param isNew which parameters, by name (default: all)
 */
export const initialize = (
  model: PreTrainedModel,
  seed: number,
  isNew: (name: string) => boolean = () => true,
): void => {
  const draw = normalStream(seed);
  const { padTokenId } = model.config;
  const done = new Set<Parameter>();
  for (const [path, module] of model.namedModules())
    for (const [name, parameter] of ownParameters(module)) {
      const fullName = `${path}.${name}`;
      if (done.has(parameter) || !isNew(fullName)) continue;
      done.add(parameter);
      const values = new Float32Array(parameter.data.length);
      if (name === "weight" && module.kind.endsWith("Norm")) values.fill(1);
      else if (name === "weight") {
        const std = model.initStdOf(fullName);
        for (let i = 0; i < values.length; i++) values[i] = std * draw();
      }
      if (module === model.getInputEmbeddings() && padTokenId !== null) {
        const width = parameter.shape[1]!;
        values.fill(0, padTokenId * width, (padTokenId + 1) * width);
      }
      store(parameter, values);
    }
};

const ownParameters = (module: Module): [name: string, parameter: Parameter][] =>
  ["weight", "bias"].flatMap((name): [string, Parameter][] => {
    const value = (module as { [key: string]: unknown } & Module)[name];
    return value === null || value === undefined ? [] : [[name, value as Parameter]];
  });

const store = (parameter: Parameter, values: Float32Array): void => {
  if (parameter.dtype === "float16") parameter.data = float32ToFloat16(values);
  else if (parameter.dtype === "bfloat16") parameter.data = float32ToBfloat16(values);
  else parameter.data = values;
};

/** Standard normal numbers by Box and Muller's method over the generator xoshiro128** (Blackman & Vigna 2018). */
export const normalStream = (seed: number): (() => number) => {
  const next = xoshiro128(seed);
  // 53 bits, never 0: the logarithm stays finite.
  const uniform = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6) + 1) * 2 ** -53;
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
};

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

const xoshiro128 = (seed: number): (() => number) => {
  // The state is filled by a Weyl sequence through the finaliser of MurmurHash3, so that it is never all zeros.
  let weyl = seed | 0;
  const fill = (): number => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result >>> 0;
  };
};
