import type { Linear, Module, TransposedLinear } from "@waveft/autograd";
import type { WeightView } from "./method";

/** The layers that adapters wrap: weights [out, in], and GPT-2's [in, out]. */
export type BaseLayer = Linear | TransposedLinear;

export const isBaseLayer = (module: Module): module is BaseLayer =>
  module.kind === "Linear" || module.kind === "TransposedLinear";

export const isTransposed = ({ kind }: BaseLayer): boolean => kind === "TransposedLinear";

/** Memory of a layer's weight, seen as [out, in]. */
export const viewOf = (layer: BaseLayer, data: Float32Array): WeightView =>
  isTransposed(layer)
    ? { data, rowStride: 1, columnStride: layer.outFeatures }
    : { data, rowStride: layer.inFeatures, columnStride: 1 };

/** Where flat indices of [out, in] stand in the layer's own memory. */
export const placesIn = (layer: BaseLayer, flat: Int32Array): Int32Array => {
  if (!isTransposed(layer)) return flat;
  const { inFeatures, outFeatures } = layer;
  return flat.map((index) => (index % inFeatures) * outFeatures + Math.floor(index / inFeatures));
};
