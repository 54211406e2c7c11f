import { type DType, isFloat, Module, Parameter } from "@waveft/autograd";
import { isAdaptedLinear, ParameterTable } from "./adapted-linear";
import type { PeftConfig } from "./config";
import { PeftError } from "./errors";
import { decoded, encoded } from "./storage";

/** Heads that PEFT trains and saves whole with models of a task, whatever the config names. */
const taskHeads: Readonly<Record<string, readonly string[]>> = {
  SEQ_CLS: ["classifier", "score"],
  TOKEN_CLS: ["classifier", "score"],
  QUESTION_ANS: ["qa_outputs"],
};

/** `modulesToSave` with the heads of the config's task. */
export const withTaskHeads = ({ modulesToSave, taskType }: PeftConfig): readonly string[] | null => {
  const heads = taskHeads[taskType ?? ""];
  return heads === undefined ? modulesToSave : [...new Set([...(modulesToSave ?? []), ...heads])];
};

/** The modules of a model that a config trains whole, by full name: those whose names end in one of `modulesToSave`. */
export const savedModuleNames = (model: Module, modulesToSave: readonly string[] | null): string[] => {
  const names = modulesToSave ?? [];
  const found = [...model.namedModules()].flatMap(([name]) =>
    name !== "" && names.some((ending) => name.endsWith(ending)) ? [name] : [],
  );
  return found.filter((name) => !found.some((other) => name !== other && isWithin(name, other)));
};

/** Whether a name is a module's own or lies in it. */
export const isWithin = (name: string, module: string): boolean =>
  name === module || name.startsWith(`${module}.`);

/** A module's own values, which stand in the model while its adapter acts. */
export interface Copy {
  readonly parameter: Parameter;
  /** How the file stores it: as the base model does. */
  readonly dtype: DType;
  /** The module that is trained whole. */
  readonly module: string;
}

/**
 * Whole modules that adapters train instead of adapting them, such as a classification head. Each adapter has a copy
 * of their parameters, in float32 so that it can be trained, and puts it into the model while it acts; the original
 * ones wait here.
 */
export class SavedModules extends Module {
  override readonly kind = "SavedModules";
  readonly originals: Record<string, Parameter> = {};
  /** By adapter and full name. */
  readonly copies = new Map<string, ParameterTable>();
  readonly #model: Module;
  readonly #entries = new Map<string, ReadonlyMap<string, Copy>>();

  constructor(model: Module) {
    super();
    this.#model = model;
  }

  /** What acts stands in the model itself. */
  override get structure(): null {
    return null;
  }

  /** Copies that an adapter would have; the model is not changed. */
  copy(modules: readonly string[]): ReadonlyMap<string, Copy> {
    const copies = new Map<string, Copy>();
    for (const module of modules)
      for (const [name] of this.#model.getSubmodule(module).namedParameters()) {
        const full = `${module}.${name}`;
        const { shape, dtype, data } = this.originals[full] ?? this.#model.getParameter(full);
        if (!isFloat(dtype))
          throw new PeftError(
            `peft: ${full} is ${dtype}, so ${module} cannot be trained whole (modulesToSave); adapt it instead`,
          );
        const values = dtype === "float32" ? data.slice() : decoded(dtype, data);
        const parameter = new Parameter({ data: values, shape, dtype: "float32" }, { requiresGrad: false });
        copies.set(full, { parameter, dtype, module });
      }
    return copies;
  }

  add(adapter: string, copies: ReadonlyMap<string, Copy>): void {
    if (copies.size === 0) return;
    this.#entries.set(adapter, copies);
    for (const name of copies.keys()) this.originals[name] ??= this.#model.getParameter(name);
    const parameters = Array.from(copies, ([name, { parameter }]) => [name, parameter]);
    this.copies.set(adapter, Object.assign(new ParameterTable(), Object.fromEntries(parameters)));
  }

  /** The copies of an adapter by full name. */
  of(adapter: string): ReadonlyMap<string, Copy> {
    return this.#entries.get(adapter) ?? new Map();
  }

  /** Throws where a module would be both adapted and trained whole, by whichever adapters. */
  checkApart(targets: readonly string[], modules: readonly string[]): void {
    for (const [adapter, copies] of this.#entries)
      for (const { module } of copies.values()) {
        const target = targets.find((name) => isWithin(name, module));
        if (target !== undefined)
          throw new PeftError(
            `peft: adapter "${adapter}" trains ${module} whole (modulesToSave), so ${target} cannot be adapted; name it in excludeModules`,
          );
      }
    for (const module of modules)
      for (const [name, layer] of this.#model.getSubmodule(module).namedModules())
        if (isAdaptedLinear(layer))
          throw new PeftError(
            `peft: ${name === "" ? module : `${module}.${name}`} is adapted already, so ${module} cannot be trained whole (modulesToSave)`,
          );
  }

  /** Throws where two adapters would put a copy in the same place. */
  check(adapters: readonly string[]): void {
    const owners = new Map<string, string>();
    for (const adapter of adapters)
      for (const name of this.of(adapter).keys()) {
        const other = owners.get(name);
        if (other !== undefined)
          throw new PeftError(
            `peft: adapters "${other}" and "${adapter}" both replace ${name} (modulesToSave); only one of them can act at a time`,
          );
        owners.set(name, adapter);
      }
  }

  /** Puts the copies of these adapters into the model, and the originals everywhere else. */
  activate(adapters: readonly string[]): void {
    const wanted = new Map(Object.entries(this.originals));
    for (const adapter of adapters)
      for (const [name, { parameter }] of this.of(adapter)) wanted.set(name, parameter);
    for (const [name, parameter] of wanted) this.#model.setParameter(name, parameter);
  }

  delete(adapter: string): void {
    this.#entries.delete(adapter);
    this.copies.delete(adapter);
  }

  /** Leaves what acts in the model for good, as the originals are stored. */
  settle(adapters: readonly string[]): void {
    for (const adapter of adapters)
      for (const [name, { dtype }] of this.of(adapter)) {
        const { shape, data } = this.#model.getParameter(name);
        const stored = encoded(dtype, data as Float32Array);
        this.#model.setParameter(
          name,
          new Parameter({ data: stored, shape, dtype }, { requiresGrad: false }),
        );
      }
  }
}
