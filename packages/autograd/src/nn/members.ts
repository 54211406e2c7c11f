import type { Parameter } from "../parameter";

/** Holds across module copies, where `instanceof` does not; under it stands the module's number in the process. */
export const brand = Symbol.for("waveft.autograd.module");

/** A module, of which nothing more is known here. */
export interface Branded {
  readonly [brand]: number;
  members(): Iterable<Place<Branded>>;
}

export const isBranded = (value: unknown): value is Branded =>
  typeof value === "object" && value !== null && brand in value;

const isParameter = (value: unknown): value is Parameter =>
  typeof value === "object" && value !== null && "requiresGrad" in value && "tensor" in value;

/** A place in a module where a layer or a parameter stands. */
export interface Place<M extends Branded> {
  /** Within the module: `weight`, `layers.0`. */
  readonly name: string;
  readonly value: M | Parameter;
  /** Puts another one there. */
  replace(value: M | Parameter): void;
}

/**
 * What properties are called in checkpoints, where not by their own names, in the order in which they come first. Null:
 * what the module in that property holds stands in the outer module itself, under its own names.
 */
export type MemberNames = Readonly<Record<string, string | null>>;

/**
 * All modules and parameters in the properties of an object, and in arrays, records and maps there. Models are walked
 * at each call of compiled functions: names are only made when they are asked for.
 */
export const membersOf = <M extends Branded>(
  holder: object,
  names: MemberNames = noNames,
): readonly Place<M>[] => {
  const found: Place<M>[] = [];
  const open = [holder];
  for (const property in names) {
    const name = names[property] ?? null;
    const value = at(holder, property);
    if (name === null && isBranded(value)) found.push(...(value.members() as Iterable<Place<M>>));
    else collectAt(holder, property, name, value, "", open, found);
  }
  collect(holder, "", open, found, names);
  return found;
};

const noNames: MemberNames = {};

const at = (holder: object, property: string): unknown => (holder as Record<string, unknown>)[property];

const collect = <M extends Branded>(
  container: object,
  prefix: string,
  open: readonly object[],
  found: Place<M>[],
  done: MemberNames = noNames,
): void => {
  if (Array.isArray(container) || container instanceof Map)
    for (const [key, value] of container.entries())
      collectAt(container, key, String(key), value, prefix, open, found);
  else
    for (const key of Object.keys(container))
      if (!Object.hasOwn(done, key)) collectAt(container, key, null, at(container, key), prefix, open, found);
};

/** @param name null: the property's, in snake_case */
const collectAt = <M extends Branded>(
  container: object,
  key: unknown,
  name: string | null,
  value: unknown,
  prefix: string,
  open: readonly object[],
  found: Place<M>[],
): void => {
  if (typeof value !== "object" || value === null) return;
  if (isBranded(value) || isParameter(value))
    found.push(new Found(container, key, name, prefix, value as M | Parameter));
  else if (isContainer(value) && !open.includes(value))
    collect(value, join(prefix, name ?? checkpointName(key as string)), [...open, value], found);
};

class Found<M extends Branded> implements Place<M> {
  readonly value: M | Parameter;
  readonly #container: object;
  readonly #key: unknown;
  readonly #name: string | null;
  readonly #prefix: string;

  constructor(container: object, key: unknown, name: string | null, prefix: string, value: M | Parameter) {
    this.value = value;
    this.#container = container;
    this.#key = key;
    this.#name = name;
    this.#prefix = prefix;
  }

  get name(): string {
    return join(this.#prefix, this.#name ?? checkpointName(this.#key as string));
  }

  replace(value: M | Parameter): void {
    if (this.#container instanceof Map) this.#container.set(this.#key, value);
    else Object.assign(this.#container, { [this.#key as string]: value });
  }
}

/** Objects of other classes are their own affair. */
const isContainer = (value: object): boolean =>
  Array.isArray(value) || value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;

/** camelCase to snake_case; names with underscores, or a capital first (`Wqkv`, `A_log`), stay. */
const checkpointName = (key: string): string => {
  const known = checkpointNames.get(key);
  if (known !== undefined) return known;
  const name = /^[A-Z]|_/.test(key) ? key : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (checkpointNames.size < 4096) checkpointNames.set(key, name);
  return name;
};

/** Classes have few properties. */
const checkpointNames = new Map<string, string>();

export const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);
