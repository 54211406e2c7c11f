import { encodeHalf, Parameter, type TensorArray } from "@waveft/autograd";
import { type BaseLayer, placesIn, viewOf } from "./base-layer";
import { float32Of, unionOf } from "./effective-weight";
import { PeftError } from "./errors";
import type { LayerAdapter } from "./method";

/** A layer's weight with ΔW in it, rounded once to the weight's own dtype, and the bits that were there before. */
export interface MergedWeight {
  /** Puts every bit back. */
  restore(): void;
}

export interface MergeOptions {
  /** The weight has other owners, which keep it: the layer gets a copy. */
  readonly shared: boolean;
  /** Refuse numbers that are not finite. */
  readonly safeMerge: boolean;
  /** For messages. */
  readonly name: string;
}

/**
 * Merges adapters into a layer's weight.
 *
 * @throws PeftError with `safeMerge` when a merged entry is NaN or infinite; the weight is as it was then
 */
export const mergeInto = (
  layer: BaseLayer,
  adapters: readonly LayerAdapter[],
  { shared, safeMerge, name }: MergeOptions,
): MergedWeight => {
  const { weight } = layer;
  const values = mergedValues(layer, adapters);
  if (safeMerge && !values.numbers.every(Number.isFinite))
    throw new PeftError(`peft: merging into ${name} gives NaN or infinity; nothing was merged`);
  const { places, numbers } = values;
  const own = shared ? copyOf(weight) : weight;
  layer.weight = own;
  const { data } = own;
  const bits = rounded(own, numbers);
  const before = places === null ? data.slice() : gathered(data, places);
  put(data, places, bits);
  own.touch();
  return {
    restore: () => {
      if (shared) layer.weight = weight;
      else {
        put(own.data, places, before);
        own.touch();
      }
    },
  };
};

/** W + Σ ΔW at the places that may change, in the weight's memory order; null: everywhere. */
const mergedValues = (
  layer: BaseLayer,
  adapters: readonly LayerAdapter[],
): { places: Int32Array | null; numbers: Float32Array } => {
  const weight = float32Of(layer.weight);
  const touched = unionOf(adapters.map((adapter) => adapter.touched));
  const delta = new Float32Array(weight.length);
  for (const adapter of adapters) adapter.addDelta(viewOf(layer, delta));
  if (touched === null) return { places: null, numbers: delta.map((change, i) => change + weight[i]!) };
  const places = placesIn(layer, touched);
  return { places, numbers: Float32Array.from(places, (place) => delta[place]! + weight[place]!) };
};

const copyOf = ({ data, shape, dtype, requiresGrad }: Parameter): Parameter =>
  new Parameter({ data: data.slice(), shape, dtype }, { requiresGrad });

const rounded = ({ dtype }: Parameter, numbers: Float32Array): TensorArray =>
  dtype === "float16" || dtype === "bfloat16" ? encodeHalf(dtype, numbers) : numbers;

const gathered = (data: TensorArray, places: Int32Array): TensorArray => {
  const taken = data.slice(0, places.length);
  for (let n = 0; n < places.length; n++) taken[n] = data[places[n]!]!;
  return taken;
};

const put = (data: TensorArray, places: Int32Array | null, bits: TensorArray): void => {
  if (places === null) data.set(bits);
  else for (let n = 0; n < places.length; n++) data[places[n]!] = bits[n]!;
};
