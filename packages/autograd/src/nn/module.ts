import { AutogradError } from "../errors";
import type { Parameter } from "../parameter";
import { sameShape, showShape } from "../shape";
import type { HostTensor } from "../tensor";

const brand = Symbol.for("waveft.autograd.module");

/**
 * A tree of layers. Children and parameters are the properties that hold a `Module`, an array of them, or a
 * `Parameter`; their names are the properties' in snake_case, as checkpoints spell them (`selfAttn.qProj` is
 * `self_attn.q_proj`), so that a state dict needs no table.
 */
export abstract class Module {
  readonly [brand] = true;
  /** What the layer is, for code that replaces layers: `Linear`, `Embedding`, … */
  abstract readonly kind: string;
  /** Train mode: dropout acts. */
  training = false;

  /** What besides kind and train mode decides the graph that this layer builds. */
  get structure(): string {
    return "";
  }

  /** Own children by name, array elements as `name.0`, `name.1`, …. */
  *children(): Generator<[name: string, child: Module]> {
    for (const [key, value] of Object.entries(this)) {
      if (isModule(value)) yield [checkpointName(key), value];
      else if (Array.isArray(value))
        for (const [i, item] of value.entries())
          if (isModule(item)) yield [`${checkpointName(key)}.${i}`, item];
    }
  }

  /** This module (named "") and all below it, parents first. */
  *namedModules(prefix = ""): Generator<[name: string, module: Module]> {
    yield [prefix, this];
    for (const [name, child] of this.children()) yield* child.namedModules(join(prefix, name));
  }

  /** All parameters by full name, a shared one under its first name only unless `duplicates` is set. */
  *namedParameters(options: { duplicates?: boolean } = {}): Generator<[name: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [prefix, module] of this.namedModules())
      for (const [key, value] of Object.entries(module)) {
        if (!isParameter(value) || (seen.has(value) && !options.duplicates)) continue;
        seen.add(value);
        yield [join(prefix, checkpointName(key)), value];
      }
  }

  /** All distinct parameters. */
  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** The module at a full name such as `model.decoder.layers.0`. */
  getSubmodule(name: string): Module {
    if (name === "") return this;
    const found = findChild(this, name);
    if (found === null) throw new AutogradError(`module: no submodule "${name}" in ${this.kind}`);
    return found.child.getSubmodule(found.rest);
  }

  /** Puts another module in the place of the one at a full name. */
  setSubmodule(name: string, replacement: Module): void {
    const found = name === "" ? null : findChild(this, name);
    if (found === null) throw new AutogradError(`module: no submodule "${name}" in ${this.kind}`);
    if (found.rest !== "") found.child.setSubmodule(found.rest, replacement);
    else replaceChild(this, found.child, found.name, replacement);
  }

  /** Parameters by full name, shared ones under each of their names. */
  stateDict(): Map<string, Parameter> {
    return new Map(this.namedParameters({ duplicates: true }));
  }

  /**
   * Sets parameters from host tensors of the same shape and dtype. All are checked before one is changed;
   * `strict` (default) refuses names that are missing or unknown.
   */
  loadStateDict(state: ReadonlyMap<string, HostTensor>, options: { strict?: boolean } = {}): void {
    const own = this.stateDict();
    const unknown = [...state.keys()].filter((name) => !own.has(name));
    const given = new Set([...state.keys()].map((name) => own.get(name)));
    const missing = [...own].filter(([, parameter]) => !given.has(parameter)).map(([name]) => name);
    if ((options.strict ?? true) && unknown.length + missing.length > 0)
      throw new AutogradError(
        `loadStateDict: missing ${missing.join(", ") || "none"}; unknown ${unknown.join(", ") || "none"}; names must agree`,
      );
    for (const [name, value] of state) {
      const parameter = own.get(name);
      if (
        parameter !== undefined &&
        (!sameShape(parameter.shape, value.shape) || parameter.dtype !== value.dtype)
      )
        throw new AutogradError(
          `loadStateDict: ${name} is ${value.dtype}${showShape(value.shape)}; the model has ${parameter.dtype}${showShape(parameter.shape)}`,
        );
    }
    for (const [name, value] of state) {
      const parameter = own.get(name);
      if (parameter !== undefined) parameter.data = value.data;
    }
  }

  /** Sets train mode here and below. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Leaves train mode here and below. */
  eval(): this {
    return this.train(false);
  }

  /** Sets `requiresGrad` of all parameters. */
  setRequiresGrad(requiresGrad: boolean): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** One line a module: name and kind. */
  toString(): string {
    return Array.from(this.namedModules(), ([name, module]) => {
      const depth = name === "" ? 0 : name.split(".").length;
      return `${"  ".repeat(depth)}${name === "" ? module.kind : `${name}: ${module.kind}`}`;
    }).join("\n");
  }
}

/**
 * A string that changes whenever the graph built by a module would: the key for `compile` of functions that
 * use it.
 */
export const structureOf = (module: Module): string =>
  Array.from(
    module.namedModules(),
    ([name, { kind, training, structure }]) => `${name}:${kind}${training ? "+" : ""}${structure}`,
  ).join();

/** Holds across module copies, where `instanceof` does not. */
export const isModule = (value: unknown): value is Module =>
  typeof value === "object" && value !== null && brand in value;

const isParameter = (value: unknown): value is Parameter =>
  typeof value === "object" && value !== null && "requiresGrad" in value && "tensor" in value;

/** camelCase to snake_case; names that have underscores already stay. */
const checkpointName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);

const findChild = (parent: Module, path: string): { child: Module; name: string; rest: string } | null => {
  for (const [name, child] of parent.children())
    if (path === name || path.startsWith(`${name}.`))
      return { child, name, rest: path.slice(name.length + 1) };
  return null;
};

const replaceChild = (parent: Module, child: Module, name: string, replacement: Module): void => {
  for (const [key, value] of Object.entries(parent)) {
    if (value === child && checkpointName(key) === name) Object.assign(parent, { [key]: replacement });
    else if (Array.isArray(value)) {
      const index = value.indexOf(child);
      if (index >= 0 && `${checkpointName(key)}.${index}` === name) value[index] = replacement;
    }
  }
};
