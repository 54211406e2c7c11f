import type { CoordinateSet } from "./coordinate-set";
import { SparseError } from "./errors";
import { type MemoryReport, memoryUse } from "./memory";
import type { SparseParameter } from "./parameter";
import {
  indicesName,
  parameterFrom,
  type SparseState,
  type SparseTensor,
  shapeName,
  tensorsByName,
  tensorsOf,
  valuesFor,
} from "./state";

/** Sparse parameters by name, in the order they were added. */
export class SparseStore implements Iterable<[string, SparseParameter]> {
  readonly #parameters = new Map<string, SparseParameter>();

  /**
   * A store of all that `state({ coordinates: true })` saved. Parameters whose places are the same share one set.
   *
   * @throws SparseError when a tensor belongs to no parameter with coordinates, or those are not valid
   */
  static fromState(state: SparseState): SparseStore {
    const tensors = tensorsByName(state);
    const names = [...tensors.keys()].filter((name) => tensors.has(indicesName(name)));
    const known = new Set(names.flatMap((name) => [name, indicesName(name), shapeName(name)]));
    const strange = [...tensors.keys()].filter((name) => !known.has(name));
    if (strange.length > 0) {
      throw new SparseError(
        `sparse: the state has no coordinates for ${quoted(strange)}; add parameters with theirs to a store and call loadState`,
        "name",
      );
    }
    const store = new SparseStore();
    const sets: CoordinateSet[] = [];
    for (const name of names) store.add(name, parameterFrom(name, tensors, sets));
    return store;
  }

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
    for (const { values } of this.#parameters.values()) count += values.length;
    return count;
  }

  /** Bytes that the parameters take, each and in all, and what dense matrices would take. */
  memory(): MemoryReport {
    return memoryUse(this);
  }

  /** Bytes of values, coordinates and orders in all; a coordinate set that parameters share counts once. */
  get byteLength(): number {
    const { values, coordinates, orders } = this.memory().total;
    return values + coordinates + orders;
  }

  /**
   * The tensors of a safetensors file: `writeSafetensors(path, store.state())`. Values are not copied.
   *
   * @param options with `coordinates`, their places and shapes are saved too, as `<name>.indices` and `<name>.shape`;
   *   needed for sets that no seed gives again
   */
  state({ coordinates = false } = {}): Map<string, SparseTensor> {
    const state = new Map<string, SparseTensor>();
    for (const [name, parameter] of this.#parameters) {
      for (const [key, tensor] of tensorsOf(name, parameter, coordinates)) {
        if (state.has(key) || (key !== name && this.has(key))) {
          throw new SparseError(
            `sparse: "${key}" would name both a parameter and the coordinates of "${name}"; rename the parameter`,
            "name",
          );
        }
        state.set(key, tensor);
      }
    }
    return state;
  }

  /**
   * Copies saved values in, all or none. Where the state has coordinates too, they must be the same places; their
   * order may differ.
   *
   * @throws SparseError when a name is missing or unknown here, or when dtype, length, shape or places do not fit
   */
  loadState(state: SparseState): void {
    const tensors = tensorsByName(state);
    const known = new Set(
      [...this.#parameters.keys()].flatMap((name) => [name, indicesName(name), shapeName(name)]),
    );
    const unknown = [...tensors.keys()].filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new SparseError(
        `sparse: the state has ${quoted(unknown)}, which the store has not; it has ${this.#listed()}`,
        "name",
      );
    }
    const loaded = Array.from(
      this.#parameters,
      ([name, parameter]) => [parameter, valuesFor(name, parameter, tensors)] as const,
    );
    for (const [parameter, values] of loaded) parameter.set(values);
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
