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
export const membersOf = <M extends Branded>(holder: object): Generator<Place<M>> =>
  walk<M>(holder, "", [holder]);

function* walk<M extends Branded>(
  container: object,
  prefix: string,
  open: readonly object[],
): Generator<Place<M>> {
  for (const { key, value, replace } of slotsOf(container)) {
    if (typeof value !== "object" || value === null) continue;
    if (isBranded(value)) yield { name: join(prefix, key()), value: value as M, replace };
    else if (isParameter(value)) yield { name: join(prefix, key()), value, replace };
    else if (isContainer(value) && !open.includes(value))
      yield* walk<M>(value, join(prefix, key()), [...open, value]);
  }
}

interface Slot {
  readonly key: () => string;
  readonly value: unknown;
  replace(value: unknown): void;
}

function* slotsOf(container: object): Generator<Slot> {
  if (Array.isArray(container))
    for (const [i, value] of container.entries())
      yield { key: () => `${i}`, value, replace: (next) => void container.splice(i, 1, next) };
  else if (container instanceof Map)
    for (const [key, value] of container)
      yield { key: () => String(key), value, replace: (next) => void container.set(key, next) };
  else
    for (const [key, value] of Object.entries(container))
      yield {
        key: () => checkpointName(key),
        value,
        replace: (next) => void Object.assign(container, { [key]: next }),
      };
}

/** Objects of other classes are their own affair. */
const isContainer = (value: object): boolean =>
  Array.isArray(value) || value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;

/** camelCase to snake_case; names with underscores, or a capital first (`Wqkv`, `A_log`), stay. */
const checkpointName = (key: string): string =>
  /^[A-Z]|_/.test(key) ? key : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const join = (prefix: string, name: string): string => (prefix === "" ? name : `${prefix}.${name}`);
