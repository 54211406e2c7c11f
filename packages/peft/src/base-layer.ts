import type { DenseWeight, LinearLayer, Module } from "@waveft/autograd";
import { PeftError } from "./errors";
import type { WeightView } from "./method";

/** Whether a module is a layer that adapters can wrap: by what it can do, whatever it is. */
export const isBaseLayer = (module: Module): module is LinearLayer => {
  const { inFeatures, outFeatures, forward } = module as Module & Partial<LinearLayer>;
  return typeof inFeatures === "number" && typeof outFeatures === "number" && typeof forward === "function";
};

/** The layer's weight as a matrix; null where it keeps none, and adapters work beside it. */
export const denseWeightOf = (layer: LinearLayer): DenseWeight | null => layer.denseWeight?.() ?? null;

/** Throws where ΔW cannot be put into a layer's weight. */
export const checkMergeable = (layer: LinearLayer, name = "a layer"): DenseWeight => {
  const dense = denseWeightOf(layer);
  if (dense !== null) return dense;
  throw new PeftError(
    `peft: ${name} is of kind ${layer.kind}, which keeps no weight that ΔW can be added to; leave its adapters unmerged`,
  );
};

/** How a layer's weight lies in memory. */
export interface Layout {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly transposed: boolean;
}

export const layoutOf = ({ inFeatures, outFeatures }: LinearLayer, { transposed }: DenseWeight): Layout => ({
  inFeatures,
  outFeatures,
  transposed,
});

/** Memory of a layer's weight, seen as [out, in]. */
export const viewOf = ({ inFeatures, outFeatures, transposed }: Layout, data: Float32Array): WeightView =>
  transposed
    ? { data, rowStride: 1, columnStride: outFeatures }
    : { data, rowStride: inFeatures, columnStride: 1 };

/** Where flat indices of [out, in] stand in the weight's own memory. */
export const placesIn = ({ inFeatures, outFeatures, transposed }: Layout, flat: Int32Array): Int32Array =>
  transposed
    ? flat.map((index) => (index % inFeatures) * outFeatures + Math.floor(index / inFeatures))
    : flat;
