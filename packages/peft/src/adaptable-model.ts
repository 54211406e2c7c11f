import { type Device, type DropoutSeed, isModule, Module } from "@waveft/autograd";
import { architectures } from "@waveft/transformers";
import { PeftError } from "./errors";
import { shown } from "./field-types";
import type { BaseModel } from "./files";

/** A model that adapters can be put into: modules, and a config that says its `model_type`. */
export interface AdaptableModel extends Module {
  readonly config: { readonly modelType: string; readonly nameOrPath?: string };
  /** Where it runs. */
  readonly device?: Device;
  /** The seed of its dropout layers. */
  readonly dropoutSeed?: DropoutSeed;
  forward(...inputs: never[]): unknown;
  generate?(...inputs: never[]): unknown;
}

/** The wrapper that gives PEFT's names: `base_model.model.…`. */
export class Tuner<M extends AdaptableModel> extends Module {
  override readonly kind = "Tuner";
  constructor(readonly model: M) {
    super();
  }
}

/** A model as Python knows it: every class of transformers sits in its model type's module; others it cannot have. */
export const describe = ({ kind, config: { nameOrPath, modelType } }: AdaptableModel): BaseModel => {
  const folder = modelType.replaceAll("-", "_");
  const parent_library = `transformers.models.${folder}.modeling_${folder}`;
  const isKnown = Object.hasOwn(architectures, modelType);
  return {
    nameOrPath: nameOrPath || null,
    autoMapping: isKnown ? { base_model_class: kind, parent_library } : null,
  };
};

/** Throws for what is no model, and for one that has adapters already: two wrappers would not know of each other's. */
export const checkBare = (model: AdaptableModel): void => {
  if (!isModule(model))
    throw new PeftError(`peft: ${shown(model)} is no model; give a Module, loaded or made of layers`);
  if (typeof model.config?.modelType !== "string")
    throw new PeftError(
      `peft: this ${model.kind} has no config.modelType; give it one, such as config = { modelType: "mlp" }`,
    );
  for (const [, { kind }] of model.namedModules())
    if (kind === "PeftModel" || kind === "AdaptedLinear")
      throw new PeftError(
        "peft: this model has adapters already; use addAdapter or loadAdapter of its PeftModel, or unload that first",
      );
};
