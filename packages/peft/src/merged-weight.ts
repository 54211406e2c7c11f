import { type LinearLayer, Parameter, type TensorArray } from "@waveft/autograd";
import { checkMergeable, type Layout, layoutOf, placesIn, viewOf } from "./base-layer";
import { unionOf } from "./effective-weight";
import { PeftError } from "./errors";
import type { LayerAdapter } from "./method";
import { encoded, float32Of } from "./storage";

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
 * @throws PeftError where the layer has no such weight, and with `safeMerge` when a merged entry is NaN or infinite; the
 *   weight is as it was then
 */
export const mergeInto = (
  layer: LinearLayer,
  adapters: readonly LayerAdapter[],
  { shared, safeMerge, name }: MergeOptions,
): MergedWeight => {
  const dense = checkMergeable(layer, name);
  const { parameter: weight } = dense;
  const values = mergedValues(weight, layoutOf(layer, dense), adapters);
  if (safeMerge && !values.numbers.every(Number.isFinite))
    throw new PeftError(`peft: merging into ${name} gives NaN or infinity; nothing was merged`);
  const { places, numbers } = values;
  const own = shared ? copyOf(weight) : weight;
  if (shared) replace(layer, weight, own);
  const { data } = own;
  const bits = encoded(own.dtype, numbers);
  const before = places === null ? data.slice() : gathered(data, places);
  put(data, places, bits);
  own.touch();
  return {
    restore: () => {
      if (shared) replace(layer, own, weight);
      else {
        put(own.data, places, before);
        own.touch();
      }
    },
  };
};

/** W + Σ ΔW at the places that may change, in the weight's memory order; null: everywhere. */
const mergedValues = (
  parameter: Parameter,
  layout: Layout,
  adapters: readonly LayerAdapter[],
): { places: Int32Array | null; numbers: Float32Array } => {
  const weight = float32Of(parameter);
  const touched = unionOf(adapters.map((adapter) => adapter.touched));
  const delta = new Float32Array(weight.length);
  for (const adapter of adapters) adapter.addDelta(viewOf(layout, delta));
  if (touched === null) return { places: null, numbers: delta.map((change, i) => change + weight[i]!) };
  const places = placesIn(layout, touched);
  return { places, numbers: Float32Array.from(places, (place) => delta[place]! + weight[place]!) };
};

const copyOf = ({ data, shape, dtype, requiresGrad }: Parameter): Parameter =>
  new Parameter({ data: data.slice(), shape, dtype }, { requiresGrad });

/** Puts another parameter in the place where a layer keeps one. */
const replace = (layer: LinearLayer, present: Parameter, next: Parameter): void => {
  for (const member of layer.members()) if (member.value === present) member.replace(next);
};

const gathered = (data: TensorArray, places: Int32Array): TensorArray => {
  const taken = data.slice(0, places.length);
  for (let n = 0; n < places.length; n++) taken[n] = data[places[n]!]!;
  return taken;
};

const put = (data: TensorArray, places: Int32Array | null, bits: TensorArray): void => {
  if (places === null) data.set(bits);
  else for (let n = 0; n < places.length; n++) data[places[n]!] = bits[n]!;
};
