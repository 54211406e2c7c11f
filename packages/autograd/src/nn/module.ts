import { AutogradError } from "../errors";
import type { HostTensor } from "../host-tensor";
import type { Parameter } from "../parameter";
import { sameShape, showShape } from "../shape";
import { nextId } from "../shared-state";
import { isEvaluating } from "./eval-mode";
import type { Initializer } from "./initializer";
import { brand, isBranded, join, type MemberNames, membersOf, type Place } from "./members";
import { loadInto, type StateDifference } from "./state-dict";

export const isModule = isBranded as (value: unknown) => value is Module;

/** A place in a module where a layer or a parameter stands. */
export type Member = Place<Module>;

/** How the tree is walked: by default each module and parameter once, under its first name. */
export interface WalkOptions {
  /** Shared ones under each of their names. */
  duplicates?: boolean;
}

/**
 * A tree of layers. Children and parameters are the properties that hold a `Module` or a `Parameter`, or arrays,
 * plain records and maps of them, nested or not. Their names are the properties' in snake_case, as checkpoints
 * spell them (`selfAttn.qProj` is `self_attn.q_proj`; `layers[0]` is `layers.0`; keys of maps, and names that have
 * underscores or start with a capital, stay), so that a state dict needs no table. What must not be found stands in
 * a `#private` field.
 */
export abstract class Module {
  readonly [brand] = nextId();
  /** What the layer is, for code that replaces layers: `Linear`, `Embedding`, … */
  abstract readonly kind: string;
  #training = false;

  /** Train mode: dropout acts. New modules are in eval mode, and all are while `inEvalMode` does its work. */
  get training(): boolean {
    return this.#training && !isEvaluating();
  }

  set training(mode: boolean) {
    this.#training = mode;
  }

  /**
   * What besides train mode, parameters and the layers below decides the graph that this layer builds: by default
   * nothing. Null: neither this module nor those below build any.
   */
  get structure(): string | null {
    return "";
  }

  /** Other names of members than their properties'. */
  protected get memberNames(): MemberNames {
    return {};
  }

  /** The modules and parameters that stand in this one, in order. */
  members(): Iterable<Member> {
    return membersOf(this, this.memberNames);
  }

  /** Own children by name. */
  *children(): Generator<[name: string, child: Module]> {
    for (const { name, value } of this.members()) if (isModule(value)) yield [name, value];
  }

  /** This module (named "") and all below it, parents first. */
  *namedModules({ duplicates = false }: WalkOptions = {}): Generator<[name: string, module: Module]> {
    yield* below(this, "", duplicates ? null : new Set(), []);
  }

  /** All parameters by full name, parents' before their children's. */
  *namedParameters({
    duplicates = false,
  }: WalkOptions = {}): Generator<[name: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [prefix, module] of this.namedModules({ duplicates }))
      for (const { name, value } of module.members()) {
        if (isModule(value) || (seen.has(value) && !duplicates)) continue;
        seen.add(value);
        yield [join(prefix, name), value];
      }
  }

  /** All distinct parameters. */
  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** The module at a full name such as `model.decoder.layers.0`. */
  getSubmodule(name: string): Module {
    const found = name === "" ? this : memberAt(this, name)?.value;
    if (isModule(found)) return found;
    throw new AutogradError(`module: no submodule "${name}" in ${this.kind}`);
  }

  /** The parameter at a full name such as `model.decoder.layers.0.fc1.weight`. */
  getParameter(name: string): Parameter {
    const found = memberAt(this, name)?.value;
    if (found !== undefined && !isModule(found)) return found;
    throw new AutogradError(`module: no parameter "${name}" in ${this.kind}`);
  }

  /** Puts another module in the place of the one at a full name; under its other names a shared one stays. */
  setSubmodule(name: string, replacement: Module): void {
    const found = memberAt(this, name);
    if (found === null || !isModule(found.value))
      throw new AutogradError(`module: no submodule "${name}" in ${this.kind}`);
    found.replace(replacement);
  }

  /** Puts another parameter of the same shape in the place of the one at a full name. */
  setParameter(name: string, replacement: Parameter): void {
    const found = memberAt(this, name);
    if (found === null || isModule(found.value))
      throw new AutogradError(`module: no parameter "${name}" in ${this.kind}`);
    if (!sameShape(found.value.shape, replacement.shape))
      throw new AutogradError(
        `module: "${name}" is ${showShape(found.value.shape)}; ${showShape(replacement.shape)} cannot replace it`,
      );
    found.replace(replacement);
  }

  /** Parameters by full name, shared ones under each of their names: the model's own, not copies. */
  stateDict(): Map<string, Parameter> {
    const state = new Map<string, Parameter>();
    for (const [name, parameter] of this.namedParameters({ duplicates: true })) {
      if (state.has(name))
        throw new AutogradError(`module: two parameters of ${this.kind} are named "${name}"; rename one`);
      state.set(name, parameter);
    }
    return state;
  }

  /**
   * Copies host tensors of the same shape and dtype into the parameters. All are checked before one is changed;
   * `strict` (default) refuses names that are missing or unknown, else they are returned.
   */
  loadStateDict(
    state: ReadonlyMap<string, HostTensor>,
    { strict = true }: { strict?: boolean } = {},
  ): StateDifference {
    return loadInto(this.stateDict(), state, strict);
  }

  /** Calls `change` once with each module below, children before parents, then with this one. */
  apply(change: (module: Module) => void): this {
    for (const module of [...bottomUp(this, new Set())]) change(module);
    return this;
  }

  /** Draws new values for the parameters that stand in this module itself: see `initialize`. */
  reset(_initializer: Initializer): void {}

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
    return Array.from(this.namedModules({ duplicates: true }), ([name, module]) => {
      const depth = name === "" ? 0 : name.split(".").length;
      return `${"  ".repeat(depth)}${name === "" ? module.kind : `${name}: ${module.kind}`}`;
    }).join("\n");
  }
}

/**
 * A string that changes whenever the graph built by a module would: the key for `compile` of functions that
 * use it.
 */
export const structureOf = (module: Module): string => described(module, [], []);

/** Asked at each call of compiled functions: plain recursion, not the generators below. */
const described = (module: Module, open: Module[], names: string[]): string => {
  const { structure, training } = module;
  if (structure === null) return "";
  if (open.includes(module)) throw holdsItself(module, names.join("."));
  open.push(module);
  let all = `${module[brand]}${training ? "t" : ""}${structure}(`;
  for (const member of module.members()) {
    const { value } = member;
    if (isModule(value)) {
      names.push(member.name);
      all += described(value, open, names);
      names.pop();
    } else all += `${value.id} `;
  }
  open.pop();
  return `${all})`;
};

const holdsItself = ({ kind }: Module, name: string): AutogradError =>
  new AutogradError(
    `module: ${name} is a ${kind} that holds itself; keep references to parents in #private fields`,
  );

/** Depth first; `seen` is null where shared modules are given each time. */
function* below(
  module: Module,
  prefix: string,
  seen: Set<Module> | null,
  open: readonly Module[],
): Generator<[name: string, module: Module]> {
  if (seen?.has(module)) return;
  seen?.add(module);
  if (open.includes(module)) throw holdsItself(module, prefix);
  yield [prefix, module];
  for (const [name, child] of module.children())
    yield* below(child, join(prefix, name), seen, [...open, module]);
}

function* bottomUp(module: Module, seen: Set<Module>): Generator<Module> {
  if (seen.has(module)) return;
  seen.add(module);
  for (const [, child] of module.children()) yield* bottomUp(child, seen);
  yield module;
}

/** What stands at a full name. */
const memberAt = (module: Module, path: string): Member | null => {
  for (const member of module.members()) {
    if (path === member.name) return member;
    if (!path.startsWith(`${member.name}.`) || !isModule(member.value)) continue;
    const found = memberAt(member.value, path.slice(member.name.length + 1));
    if (found !== null) return found;
  }
  return null;
};
