import { type Device, type DropoutSeed, isModule, Module } from "@waveft/autograd";
import { isAdaptedLinear } from "./adapted-linear";
import { PeftError } from "./errors";
import { shown } from "./field-types";
import type { BaseModel } from "./files";
import type { TargetModel } from "./targets";

/** A model that adapters can be put into: modules, and a config that says its `model_type`. */
export interface AdaptableModel extends TargetModel {
  readonly config: { readonly modelType: string; readonly nameOrPath?: string };
  /** Where Python has its class, whose name is `kind`: `transformers.models.opt.modeling_opt`; null: nowhere. */
  readonly pythonModule?: string | null;
  /** Where it runs. */
  readonly device?: Device;
  /** The seed of its dropout layers. */
  readonly dropoutSeed?: DropoutSeed;
  forward(...inputs: never[]): unknown;
  generate?(...inputs: never[]): unknown;
  /** The layer that takes token ids, and the one that gives logits. */
  getInputEmbeddings?(): Module;
  getOutputEmbeddings?(): Module;
}

/** The wrapper that gives PEFT's names: `base_model.model.…`. */
export class Tuner<M extends AdaptableModel> extends Module {
  override readonly kind = "Tuner";
  constructor(readonly model: M) {
    super();
  }
}

/** A model as Python knows it. */
export const describe = ({ kind, config, pythonModule = null }: AdaptableModel): BaseModel => ({
  nameOrPath: config.nameOrPath || null,
  autoMapping: pythonModule === null ? null : { base_model_class: kind, parent_library: pythonModule },
});

/** Throws for what is no model, and for one that has adapters already: two wrappers would not know of each other's. */
export const checkBare = (model: AdaptableModel): void => {
  if (!isModule(model))
    throw new PeftError(`peft: ${shown(model)} is no model; give a Module, loaded or made of layers`);
  if (typeof model.config?.modelType !== "string")
    throw new PeftError(
      `peft: this ${model.kind} has no config.modelType; give it one, such as config = { modelType: "mlp" }`,
    );
  for (const [, module] of model.namedModules())
    if (module.kind === "PeftModel" || isAdaptedLinear(module))
      throw new PeftError(
        "peft: this model has adapters already; use addAdapter or loadAdapter of its PeftModel, or unload that first",
      );
};
