import { SparseError } from "./errors";
import type { SparseParameter } from "./parameter";

/** One tensor as a safetensors file holds it: the values of one parameter, shape `[count]`. */
export interface SparseState {
  readonly dtype: "float32";
  readonly shape: readonly [count: number];
  readonly data: Float32Array;
}

/** Sparse parameters by name, in the order they were added. */
export class SparseStore implements Iterable<[string, SparseParameter]> {
  readonly #parameters = new Map<string, SparseParameter>();

  add(name: string, parameter: SparseParameter): SparseParameter {
    if (this.#parameters.has(name)) {
      throw new SparseError(`sparse: the store has a parameter "${name}" already; delete it first`, "name");
    }
    this.#parameters.set(name, parameter);
    return parameter;
  }

  get(name: string): SparseParameter {
    const parameter = this.#parameters.get(name);
    if (parameter === undefined) {
      throw new SparseError(`sparse: no parameter "${name}"; the store has ${this.#listed()}`, "name");
    }
    return parameter;
  }

  has(name: string): boolean {
    return this.#parameters.has(name);
  }

  delete(name: string): boolean {
    return this.#parameters.delete(name);
  }

  get size(): number {
    return this.#parameters.size;
  }

  /** Values in all parameters together: the number of trainable scalars. */
  get parameterCount(): number {
    let count = 0;
    for (const parameter of this.#parameters.values()) count += parameter.values.length;
    return count;
  }

  /** Bytes of all values and coordinates; a coordinate set that parameters share counts once. */
  get byteLength(): number {
    const arrays = new Set<Float32Array | Int32Array>();
    for (const { values, coordinates } of this.#parameters.values()) {
      arrays.add(values).add(coordinates.rows).add(coordinates.columns);
    }
    let bytes = 0;
    for (const array of arrays) bytes += array.byteLength;
    return bytes;
  }

  /** What is saved: the values only, since seed and shape give the coordinates again. The data is not copied. */
  state(): Record<string, SparseState> {
    const state: Record<string, SparseState> = {};
    for (const [name, { values }] of this.#parameters) {
      state[name] = { dtype: "float32", shape: [values.length], data: values };
    }
    return state;
  }

  /**
   * Copies saved values in, all or none.
   *
   * @throws SparseError when a name is missing, is unknown here, or has another length
   */
  loadState(state: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): void {
    const unknown = Object.keys(state).filter((name) => !this.#parameters.has(name));
    if (unknown.length > 0) {
      throw new SparseError(
        `sparse: the state has ${quoted(unknown)}, which the store has not; it has ${this.#listed()}`,
        "name",
      );
    }
    for (const [name, { values }] of this.#parameters) {
      const saved = state[name];
      if (saved === undefined) throw new SparseError(`sparse: the state lacks "${name}"`, "name");
      if (saved.data.length !== values.length) {
        throw new SparseError(
          `sparse: "${name}" has ${values.length} values here and ${saved.data.length} in the state`,
          "values",
        );
      }
    }
    for (const [name, parameter] of this.#parameters) parameter.set(state[name]!.data);
  }

  [Symbol.iterator](): IterableIterator<[string, SparseParameter]> {
    return this.#parameters.entries();
  }

  #listed(): string {
    return this.#parameters.size === 0 ? "none" : quoted([...this.#parameters.keys()]);
  }
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(", ")} and ${names.length - 5} more` : shown.join(", ");
}
