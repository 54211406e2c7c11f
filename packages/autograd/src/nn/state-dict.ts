import { isArrayOf } from "../dtype";
import { AutogradError } from "../errors";
import type { HostTensor } from "../host-tensor";
import type { Parameter } from "../parameter";
import { sameShape, showShape, sizeOf } from "../shape";

/** Names on which a model and a state do not agree. */
export interface StateDifference {
  /** Parameters that the state has under none of their names. */
  readonly missing: readonly string[];
  /** Names in the state that the model lacks. */
  readonly unknown: readonly string[];
}

/** Copies a state into parameters; all of it is checked before one is changed. */
export const loadInto = (
  own: ReadonlyMap<string, Parameter>,
  state: ReadonlyMap<string, HostTensor>,
  strict: boolean,
): StateDifference => {
  const difference = differenceOf(own, state);
  const { missing, unknown } = difference;
  if (strict && unknown.length + missing.length > 0)
    throw new AutogradError(
      `loadStateDict: missing ${some(missing)}; unknown ${some(unknown)}; names must agree, or give strict: false`,
    );
  for (const [name, value] of state) check(name, value, own.get(name));
  for (const [name, { data }] of state) {
    const parameter = own.get(name);
    if (parameter !== undefined) parameter.data = data.slice();
  }
  return difference;
};

const differenceOf = (
  own: ReadonlyMap<string, Parameter>,
  state: ReadonlyMap<string, HostTensor>,
): StateDifference => {
  const names = [...state.keys()];
  const given = new Set(names.map((name) => own.get(name)));
  return {
    missing: [...own].flatMap(([name, parameter]) => (given.has(parameter) ? [] : [name])),
    unknown: names.filter((name) => !own.has(name)),
  };
};

const check = (name: string, value: HostTensor, parameter: Parameter | undefined): void => {
  if (parameter === undefined) return;
  const type = (tensor: HostTensor) => `${tensor.dtype}${showShape(tensor.shape)}`;
  if (!sameShape(parameter.shape, value.shape) || parameter.dtype !== value.dtype)
    throw new AutogradError(
      `loadStateDict: ${name} is ${type(value)}; the model has ${type(parameter)}; shapes and dtypes must agree`,
    );
  if (!isArrayOf(value.dtype, value.data) || value.data.length !== sizeOf(value.shape))
    throw new AutogradError(
      `loadStateDict: ${name} is ${type(value)} but holds ${value.data.constructor.name}(${value.data.length})`,
    );
};

const shown = 8;

const some = (names: readonly string[]): string => {
  if (names.length === 0) return "none";
  const rest = names.length > shown ? ` and ${names.length - shown} more` : "";
  return names.slice(0, shown).join(", ") + rest;
};
