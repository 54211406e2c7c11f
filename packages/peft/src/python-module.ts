import { architectures } from "@waveft/transformers";

interface Described {
  readonly pythonModule?: string | null;
  readonly config: { readonly modelType: string };
}

/** What a model says of itself; for one that says nothing, what transformers has under its model type. */
export const pythonModuleOf = ({ pythonModule, config: { modelType } }: Described): string | null => {
  if (pythonModule !== undefined) return pythonModule;
  const folder = modelType.replaceAll("-", "_");
  return Object.hasOwn(architectures, modelType) ? `transformers.models.${folder}.modeling_${folder}` : null;
};
