import type { TensorArray } from "./dtype";
import type { EngineMemory, Traffic } from "./engine";
import type { StoredParameter } from "./node";

/** What a memory does with a parameter's place in it: a buffer, say. */
export interface ResidentStore<P> {
  /** Of the engine. */
  readonly name: string;
  bytesOf(parameter: StoredParameter): number;
  free(place: P): void;
  /** A copy of the values, once the runs before are done. */
  read(place: P, parameter: StoredParameter): Promise<TensorArray>;
}

interface Entry<P> {
  /** None until values are sent or assigned. */
  place: P | null;
  /** Of the values in it. */
  version: number | null;
  users: number;
  readonly bytes: number;
  /** Weak: a parameter that is forgotten leaves. */
  readonly parameter: WeakRef<StoredParameter>;
}

/** The parameters in an engine's memory, each once, for all its plans. */
export class Residents<P> implements EngineMemory {
  readonly name: string;
  readonly #store: ResidentStore<P>;
  readonly #entries = new Map<number, Entry<P>>();
  readonly #moved = { bytesIn: 0, bytesOut: 0 };
  readonly #forgotten = new FinalizationRegistry<number>(() => this.sweep());

  constructor(store: ResidentStore<P>) {
    this.name = store.name;
    this.#store = store;
  }

  get residentBytes(): number {
    return [...this.#entries.values()].reduce(
      (sum, { place, bytes }) => sum + (place === null ? 0 : bytes),
      0,
    );
  }

  get traffic(): Traffic {
    return { ...this.#moved };
  }

  /** Counts what a run moved. */
  count({ bytesIn, bytesOut }: Traffic): void {
    this.#moved.bytesIn += bytesIn;
    this.#moved.bytesOut += bytesOut;
  }

  /** A plan names the parameter. Give it back with `release`. */
  take(parameter: StoredParameter): void {
    const found = this.#entries.get(parameter.id);
    if (found !== undefined) {
      found.users++;
      return;
    }
    const bytes = this.#store.bytesOf(parameter);
    this.#entries.set(parameter.id, {
      place: null,
      version: null,
      users: 1,
      bytes,
      parameter: new WeakRef(parameter),
    });
    this.#forgotten.register(parameter, parameter.id);
  }

  /** A plan is done with it: the place goes with the last one, unless it alone has the newest values. */
  release(parameter: StoredParameter): void {
    this.#of(parameter).users--;
    this.sweep();
  }

  placeOf(parameter: StoredParameter): P | null {
    return this.#of(parameter).place;
  }

  /** Gives the parameter a place; the one that it had is freed. */
  put(parameter: StoredParameter, place: P): void {
    const entry = this.#of(parameter);
    if (entry.place !== null) this.#store.free(entry.place);
    entry.place = place;
  }

  /** Frees the parameter's place. */
  clear(parameter: StoredParameter): void {
    const entry = this.#of(parameter);
    if (entry.place !== null) this.#store.free(entry.place);
    entry.place = entry.version = null;
  }

  /** Whether its values must be sent: there are newer ones on the host. */
  isStale(parameter: StoredParameter): boolean {
    return this.#of(parameter).version !== parameter.version;
  }

  /** Says that the place has the host's values of that version. */
  sent(parameter: StoredParameter, version: number): void {
    this.#of(parameter).version = version;
  }

  /** Says that a run has given the place new values. */
  settle(parameter: StoredParameter): void {
    parameter.settle(this);
    this.#of(parameter).version = parameter.version;
  }

  async fetch(parameter: StoredParameter): Promise<TensorArray> {
    const { place, bytes } = this.#of(parameter);
    const values = await this.#store.read(place!, parameter);
    this.#moved.bytesOut += bytes;
    return values;
  }

  /** Gives the host what it alone has, before the engine goes. */
  async bringHome(): Promise<void> {
    for (const { parameter } of [...this.#entries.values()]) {
      const held = parameter.deref();
      if (held?.home === this) await held.bringHome();
    }
    this.sweep();
  }

  /** Frees what no plan names and what has not the newest values. */
  sweep(): void {
    for (const [id, { users, place, parameter }] of this.#entries) {
      if (users > 0 || parameter.deref()?.home === this) continue;
      if (place !== null) this.#store.free(place);
      this.#entries.delete(id);
    }
  }

  #of({ id }: StoredParameter): Entry<P> {
    return this.#entries.get(id)!;
  }
}
