import type { Module, Parameter } from "@waveft/autograd";
import { baseLayerOf } from "./adapted-linear";
import type { PeftConfig } from "./config";
import { PeftError } from "./errors";

/**
 * The biases of the base model that a config trains, by the names they have in PEFT's files: those of adapted
 * layers lie under `base_layer`.
 *
 * @param adapted names of the config's layers, which need not be wrapped yet
 * @param saved names of parameters that the config trains as parts of whole modules
 * @param originals what stands in the model where no adapter has put a copy of its own, by name
 */
export const trainedBiases = (
  model: Module,
  { bias }: PeftConfig,
  adapted: Iterable<string>,
  saved: ReadonlySet<string>,
  originals: Readonly<Record<string, Parameter>>,
): Map<string, Parameter> => {
  if (bias === "none") return new Map();
  const layers = new Set(adapted);
  if (bias === "all") {
    const all = [...model.namedParameters()].filter(([name]) => /(^|\.)bias$/.test(name) && !saved.has(name));
    return new Map(
      all.map(([name, parameter]) => {
        // Wrapped for another adapter, a layer still has its own name in this one's file.
        const plain = name.replace(/\.base_layer\.bias$/, ".bias");
        const owner = plain.slice(0, -".bias".length);
        return [layers.has(owner) ? `${owner}.base_layer.bias` : plain, originals[name] ?? parameter];
      }),
    );
  }
  return new Map(
    [...layers].flatMap((name): [string, Parameter][] => {
      const { bias: own = null } = baseLayerOf(model.getSubmodule(name));
      return own === null ? [] : [[`${name}.base_layer.bias`, own]];
    }),
  );
};

/** Throws where a bias is not float32, which optimizers work on. */
export const checkTrainable = (biases: ReadonlyMap<string, Parameter>): void => {
  const half = [...biases].find(([, { dtype }]) => dtype !== "float32");
  if (half !== undefined)
    throw new PeftError(
      `peft: ${half[0]} is ${half[1].dtype}; biases can be trained in a float32 model only`,
    );
};
