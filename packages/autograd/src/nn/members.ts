import type { Parameter } from "../parameter";

/** On every module: holds across module copies, where `instanceof` does not. */
export const brand = Symbol.for("waveft.autograd.module");

/** A module, of which nothing more is known here. */
export interface Branded {
  readonly [brand]: true;
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

/** All modules and parameters in the properties of an object, and in arrays, records and maps there. */
export const membersOf = <M extends Branded>(holder: object): readonly Place<M>[] => {
  const found: Place<M>[] = [];
  collect(holder, "", [holder], found);
  return found;
};

/** Into an array: models are walked at each call of compiled functions, and a generator takes twice the time. */
const collect = <M extends Branded>(
  container: object,
  prefix: string,
  open: readonly object[],
  found: Place<M>[],
): void => {
  for (const [key, value] of entriesOf(container)) {
    if (typeof value !== "object" || value === null) continue;
    const name = () => join(prefix, nameIn(container, key));
    if (isBranded(value) || isParameter(value))
      found.push({
        name: name(),
        value: value as M | Parameter,
        replace: (next) => put(container, key, next),
      });
    else if (isContainer(value) && !open.includes(value)) collect(value, name(), [...open, value], found);
  }
};

const entriesOf = (container: object): Iterable<[key: unknown, value: unknown]> =>
  Array.isArray(container) || container instanceof Map ? container.entries() : Object.entries(container);

const nameIn = (container: object, key: unknown): string =>
  Array.isArray(container) || container instanceof Map ? String(key) : checkpointName(key as string);

const put = (container: object, key: unknown, value: unknown): void => {
  if (container instanceof Map) container.set(key, value);
  else Object.assign(container, { [key as string]: value });
};

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

/** Classes have few properties, and models are walked at each call of a compiled function. */
const checkpointNames = new Map<string, string>();

export const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);
