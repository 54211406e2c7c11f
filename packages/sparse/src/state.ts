import { type CoordinateSet, checkedSize, type MatrixShape } from "./coordinate-set";
import { checkedSet } from "./coordinates";
import { SparseError } from "./errors";
import { SparseParameter } from "./parameter";
import { positions } from "./sets";

/**
 * A tensor as `@waveft/safetensors` writes and reads it, of the kinds that sparse parameters are saved as: values
 * `F32 [count]`, coordinates `I32 [2, count]` (rows, then columns) and shape `I64 [2]`, which are the arguments of
 * `torch.sparse_coo_tensor`.
 */
export type SparseTensor =
  | { readonly dtype: "F32"; readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }
  | { readonly dtype: "I32"; readonly shape: readonly number[]; readonly data: Int32Array<ArrayBuffer> }
  | { readonly dtype: "I64"; readonly shape: readonly number[]; readonly data: BigInt64Array<ArrayBuffer> };

/** Any tensor of a safetensors file. */
export interface StateTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/** Tensors by name, as `writeSafetensors` takes them. */
export type SparseState = ReadonlyMap<string, StateTensor> | Readonly<Record<string, StateTensor>>;

export const indicesName = (name: string): string => `${name}.indices`;
export const shapeName = (name: string): string => `${name}.shape`;

/** The tensors of one parameter; its values are not copied. */
export function tensorsOf(
  name: string,
  { coordinates, values }: SparseParameter,
  withCoordinates: boolean,
): [string, SparseTensor][] {
  const { count, rows, columns, shape } = coordinates;
  const saved: [string, SparseTensor][] = [[name, { dtype: "F32", shape: [count], data: values }]];
  if (!withCoordinates) return saved;
  const indices = new Int32Array(2 * count);
  indices.set(rows);
  indices.set(columns, count);
  saved.push([indicesName(name), { dtype: "I32", shape: [2, count], data: indices }]);
  saved.push([shapeName(name), { dtype: "I64", shape: [2], data: BigInt64Array.from(shape, BigInt) }]);
  return saved;
}

/** A state by name, whichever form it was given in. */
export function tensorsByName(state: SparseState): ReadonlyMap<string, StateTensor> {
  return state instanceof Map ? state : new Map(Object.entries(state as Record<string, StateTensor>));
}

/** The saved values in the order of the parameter's coordinates, which those in the state must equal as a set. */
export function valuesFor(
  name: string,
  { coordinates }: SparseParameter,
  state: ReadonlyMap<string, StateTensor>,
): ArrayLike<number> {
  const values = savedValues(name, state);
  if (values.length !== coordinates.count) {
    throw new SparseError(
      `sparse: "${name}" has ${coordinates.count} values here and ${values.length} in the state`,
      "values",
    );
  }
  if (!state.has(indicesName(name)) && !state.has(shapeName(name))) return values;
  const saved = savedCoordinates(name, state);
  if (!sameShape(saved, coordinates)) {
    throw new SparseError(
      `sparse: "${name}" is ${coordinates.shape.join("×")} here and ${saved.shape.join("×")} in the state`,
      "shape",
    );
  }
  if (samePlaces(saved, coordinates)) return values;
  const places = positions(saved, coordinates);
  const missing = places.indexOf(-1);
  if (missing >= 0) {
    throw new SparseError(
      `sparse: "${name}" has place (${coordinates.rows[missing]}, ${coordinates.columns[missing]}) here but not in the state; \`SparseStore.fromState\` takes the coordinates of a state`,
      "values",
    );
  }
  return Float32Array.from(places, (at) => values[at]!);
}

/** The parameter that a state holds with its coordinates; `known` sets are shared where they are the same. */
export function parameterFrom(
  name: string,
  state: ReadonlyMap<string, StateTensor>,
  known: CoordinateSet[],
): SparseParameter {
  const saved = savedCoordinates(name, state);
  const shared = known.find((set) => sameShape(set, saved) && samePlaces(set, saved));
  if (shared === undefined) known.push(saved);
  return new SparseParameter(shared ?? saved, savedValues(name, state));
}

function savedValues(name: string, state: ReadonlyMap<string, StateTensor>): ArrayLike<number> {
  const { dtype, shape, data } = tensor(name, state);
  if (dtype !== "F32" && dtype !== "F64") {
    throw new SparseError(`sparse: "${name}" is ${dtype} in the state; values are F32 or F64`, "values");
  }
  if (shape.length !== 1 || shape[0] !== data.length) {
    throw new SparseError(
      `sparse: "${name}" has shape [${shape.join(", ")}] and ${data.length} values in the state; values have shape [count]`,
      "shape",
    );
  }
  return data as ArrayLike<number>;
}

function savedCoordinates(name: string, state: ReadonlyMap<string, StateTensor>): CoordinateSet {
  const { length: count } = savedValues(name, state);
  const indices = integers(indicesName(name), state, [2, count]);
  const [height, width] = integers(shapeName(name), state, [2]);
  const shape: MatrixShape = [height!, width!];
  checkedSize(shape);
  return checkedSet(shape, indices.slice(0, count), indices.slice(count));
}

/** An I32 or, as torch saves indices, I64 tensor of a given shape. */
function integers(
  name: string,
  state: ReadonlyMap<string, StateTensor>,
  wanted: readonly number[],
): Float64Array {
  const { dtype, shape, data } = tensor(name, state);
  const size = wanted.reduce((product, length) => product * length, 1);
  if ((dtype !== "I32" && dtype !== "I64") || shape.join() !== wanted.join() || data.length !== size) {
    throw new SparseError(
      `sparse: "${name}" is ${dtype} [${shape.join(", ")}] in the state; it must be I32 or I64 [${wanted.join(", ")}]`,
      "shape",
    );
  }
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

function tensor(name: string, state: ReadonlyMap<string, StateTensor>): StateTensor {
  const found = state.get(name);
  if (found === undefined) throw new SparseError(`sparse: the state lacks "${name}"`, "name");
  return found;
}

function sameShape(a: CoordinateSet, b: CoordinateSet): boolean {
  return a.shape[0] === b.shape[0] && a.shape[1] === b.shape[1];
}

/** The same places in the same order. */
function samePlaces(a: CoordinateSet, b: CoordinateSet): boolean {
  return (
    a.count === b.count &&
    a.rows.every((row, i) => row === b.rows[i]) &&
    a.columns.every((column, i) => column === b.columns[i])
  );
}
