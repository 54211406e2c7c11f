import type { DType, Shape, TensorArray } from "./dtype";
import { allocate, isArrayOf } from "./dtype";
import { AutogradError } from "./errors";
import type { HostTensor, TensorType } from "./host-tensor";
import { hostTensor } from "./host-tensor";
import { type NdArrayLike, toHost } from "./ndarray";
import type { Home } from "./node";
import { showShape } from "./shape";
import { nextId } from "./shared-state";
import { Tensor } from "./tensor";
import { lastTurn, takesTurns } from "./turns";

/** Who writes into a parameter's memory for a while: see `Parameter.lend`. */
export interface Borrower {
  /** The parameter's own values, as a copy. */
  original(): TensorArray;
  /** Puts the parameter's own values back into its memory. */
  giveBack(): void;
}

/** The same number in every place; half precision as bits. */
export interface Filled extends TensorType {
  readonly fill: number;
}

const checked = (value: HostTensor | NdArrayLike): HostTensor => {
  const { data, shape, dtype } = toHost(value);
  return hostTensor(data, shape, dtype);
};

/**
 * Mutable state that graphs name as an input: weights, adapter coefficients, seeds, caches. Its values are the host's,
 * and engines that keep copies send them again only when `version` changes; after a run that assigned to it (see
 * `assign`) on an engine of another memory, the newest values are there, and `fetch` brings them back.
 */
export class Parameter implements HostTensor {
  readonly id = nextId();
  readonly shape: Shape;
  readonly dtype: DType;
  /** The node that stands for this parameter in every graph. */
  readonly tensor: Tensor;
  requiresGrad: boolean;
  /** Or the one number that stands in every place, as long as nobody has read them. */
  #data: TensorArray | number;
  #version = 0;
  #borrower: Borrower | null = null;
  #home: Home | null = null;

  /**
   * The values are kept as they are given, not copied, but for ndarrays that are no plain rows of numbers. One number
   * for all takes no memory until it is read: weights are mostly replaced before.
   */
  constructor(value: HostTensor | NdArrayLike | Filled, options: { requiresGrad?: boolean } = {}) {
    const { shape, dtype, data } = "fill" in value ? { ...value, data: value.fill } : checked(value);
    this.shape = shape;
    this.dtype = dtype;
    this.#data = data;
    this.requiresGrad = options.requiresGrad ?? true;
    this.tensor = new Tensor("parameter", [], { parameter: this }, shape, dtype);
  }

  /** Counts the changes of the data. */
  get version(): number {
    return this.#version;
  }

  /**
   * The present values. After writing into them, call `touch`. Memory that was lent is called back. An error where the
   * newest values are on an engine: `fetch` waits for those.
   */
  get data(): TensorArray {
    this.#checkHere();
    this.callBack();
    return this.#values;
  }

  /** Replaces the values by an array of the same length and type, wherever they were. */
  set data(values: TensorArray) {
    this.#checkAlive();
    this.callBack();
    if (values.length !== this.tensor.size || !isArrayOf(this.dtype, values))
      throw new AutogradError(
        `parameter: ${values.constructor.name}(${values.length}) cannot replace ${allocate(this.dtype, 0).constructor.name}(${this.tensor.size})`,
      );
    this.#data = values;
    this.#home = null;
    this.touch();
  }

  /** Says that the data was written in place. */
  touch(): void {
    this.#version++;
  }

  /** The newest values, once the runs that were asked for and assign to this parameter are done; `data`, then. */
  async fetch(): Promise<TensorArray> {
    await lastTurn(this);
    await this.bringHome();
    return this.data;
  }

  /** Whether runs assign to it: whether `assign` has named it. */
  get isAssigned(): boolean {
    return takesTurns(this);
  }

  /** The engine that alone has the newest values; null where the host has them. */
  get home(): Home | null {
    return this.#home;
  }

  /** Copies the newest values to the host, if they are not there. `fetch` waits for runs first. */
  async bringHome(): Promise<void> {
    const [home, version] = [this.#home, this.#version];
    if (home === null) return;
    const values = await home.fetch(this);
    if (this.#version !== version || this.#home !== home) return;
    this.#data = values;
    this.#home = null;
  }

  /** Tells that a run has given the parameter new values, which an engine keeps. The host's go. */
  settle(home: Home): void {
    this.callBack();
    this.#home = home;
    this.#data = allocate(this.dtype, 0);
    this.touch();
  }

  /** The present values for one run, not to be written to: unlike `data` this leaves lent memory where it is. */
  read(): TensorArray {
    this.#checkHere();
    return this.#borrower?.original() ?? this.#values;
  }

  /**
   * Lends the memory of the values to one borrower, who may write into it: a second copy of a large weight that
   * differs in few places would be waste. Whoever asks for `data` gets it back first, so the values of this
   * parameter, and its version, stay what they were.
   */
  lend(borrower: Borrower): TensorArray {
    this.#checkHere();
    this.callBack();
    this.#borrower = borrower;
    return this.#values;
  }

  /** Ends a loan. */
  callBack(): void {
    const borrower = this.#borrower;
    this.#borrower = null;
    borrower?.giveBack();
  }

  /** Lets go of the values, here and on the engines at their next run. Reading them, or disposing twice, is an error. */
  dispose(): void {
    this.callBack();
    this.tensor.dispose();
    this.#data = allocate(this.dtype, 0);
    this.#home = null;
    this.touch();
  }

  get #values(): TensorArray {
    if (typeof this.#data === "number") this.#data = allocate(this.dtype, this.tensor.size).fill(this.#data);
    return this.#data;
  }

  #checkAlive(): void {
    if (this.tensor.disposed) throw new AutogradError(`parameter: ${this} was disposed; make it anew`);
  }

  #checkHere(): void {
    this.#checkAlive();
    if (this.#home !== null)
      throw new AutogradError(
        `parameter: the newest values of ${this} are on ${this.#home.name}; await its fetch() before you read them`,
      );
  }

  toString(): string {
    return `Parameter(${this.dtype}${showShape(this.shape)})`;
  }
}
