import { type Borrower, Parameter, type TensorArray } from "@waveft/autograd";
import { type Layout, placesIn, viewOf } from "./base-layer";
import { PeftError } from "./errors";
import type { LayerAdapter } from "./method";
import { float32Of } from "./storage";

/** From this share of touched entries on, a matrix of its own is as small as a list of them. */
const SPARSE = 0.25;

/**
 * W + Σ ΔW in float32, computed when it is read after a change. Only entries that some ΔW touches are computed, each
 * from the base weight: nothing drifts over the steps. Where they are few, this lives in the base weight's own
 * memory, which is lent for it (see `Parameter.lend`), so that an adapted model takes no more than a frozen one.
 */
export class EffectiveWeight extends Parameter {
  readonly #layout: Layout;
  readonly #base: Parameter;
  readonly #mayBorrow: boolean;
  #adapters: readonly LayerAdapter[] = [];
  #sources: readonly Parameter[] = [];
  /** Entries that may differ from the base weight, in its memory; null: any. */
  #places: Int32Array | null = null;
  /** The base weight there. */
  #originals: Float32Array | null = null;
  #state: "stale" | "borrowed" | "own" = "stale";
  #seen = "";

  /** @param shared whether others use the weight too: then its memory is left alone */
  constructor(weight: Parameter, layout: Layout, shared: boolean) {
    super({ data: float32Of(weight), shape: weight.shape, dtype: "float32" }, { requiresGrad: false });
    this.#layout = layout;
    this.#base = weight;
    this.#mayBorrow = !shared && weight.dtype === "float32";
  }

  /** The base weight that this was made for. */
  get base(): Parameter {
    return this.#base;
  }

  /** Replaces the adapters whose ΔW are added. */
  setAdapters(adapters: readonly LayerAdapter[]): void {
    this.release();
    this.#adapters = adapters;
    this.#sources = adapters.flatMap(({ parameters }) => Object.values(parameters));
    const touched = unionOf(adapters.map((adapter) => adapter.touched));
    const sparse = touched !== null && touched.length <= SPARSE * this.tensor.size;
    this.#places = sparse ? placesIn(this.#layout, touched) : null;
    this.#seen = "";
  }

  /** Gives borrowed memory back, with the base weight's values. */
  release(): void {
    if (this.#state === "borrowed") this.#base.callBack();
    this.#state = "stale";
  }

  override get version(): number {
    this.#refresh();
    return super.version;
  }

  override get data(): TensorArray {
    return this.read();
  }

  override set data(_: TensorArray) {
    throw new PeftError("peft: an adapted weight is computed; change the base weight or the adapter");
  }

  override read(): TensorArray {
    this.#refresh();
    return super.read();
  }

  #refresh(): void {
    const now = [this.#base, ...this.#sources].map(({ id, version }) => `${id}:${version}`).join();
    const changed = now !== this.#seen;
    if (this.#state !== "stale" && !changed) return;
    const baseChanged = this.#seen.split(",", 1)[0] !== now.split(",", 1)[0];
    if (this.#state === "stale" || baseChanged) this.#takeMemory();
    this.#write(super.read() as Float32Array);
    this.#seen = now;
    if (changed) this.touch();
  }

  /** Memory with the base weight's values, and what is needed to compute it again. */
  #takeMemory(): void {
    if (this.#mayBorrow && this.#places !== null) {
      super.data = this.#base.lend(this.#borrower);
      this.#state = "borrowed";
    } else {
      const values = float32Of(this.#base);
      super.data = this.#base.dtype === "float32" ? values.slice() : values;
      this.#state = "own";
    }
    const memory = super.read() as Float32Array;
    this.#originals =
      this.#places === null ? null : Float32Array.from(this.#places, (place) => memory[place]!);
  }

  #write(target: Float32Array): void {
    const places = this.#places;
    if (places === null) target.fill(0);
    else for (const place of places) target[place] = 0;
    const view = viewOf(this.#layout, target);
    for (const adapter of this.#adapters) adapter.addDelta(view);
    const originals = this.#originals ?? float32Of(this.#base);
    if (places === null) for (let i = 0; i < target.length; i++) target[i]! += originals[i]!;
    else for (let n = 0; n < places.length; n++) target[places[n]!]! += originals[n]!;
  }

  readonly #borrower: Borrower = {
    original: () => {
      const values = (super.read() as Float32Array).slice();
      this.#restore(values);
      return values;
    },
    giveBack: () => {
      this.#restore(super.read() as Float32Array);
      this.#state = "stale";
    },
  };

  #restore(memory: Float32Array): void {
    const [places, originals] = [this.#places!, this.#originals!];
    for (let n = 0; n < places.length; n++) memory[places[n]!] = originals[n]!;
  }
}

/** All indices in any of the sets, ascending; null when one stands for everything. */
export const unionOf = (sets: readonly (Int32Array | null)[]): Int32Array | null => {
  if (sets.includes(null)) return null;
  const known = [...new Set(sets.filter((set) => set !== null))];
  if (known.length === 1) return known[0]!;
  const all = new Int32Array(known.reduce((total, { length }) => total + length, 0));
  let next = 0;
  for (const set of known) {
    all.set(set, next);
    next += set.length;
  }
  return all.sort().filter((index, i) => i === 0 || index !== all[i - 1]);
};
