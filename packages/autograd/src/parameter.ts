import type { DType, Shape, TensorArray } from "./dtype";
import { allocate } from "./dtype";
import { AutogradError } from "./errors";
import type { HostTensor } from "./host-tensor";
import { hostTensor } from "./host-tensor";
import { type NdArrayLike, toHost } from "./ndarray";
import { showShape } from "./shape";
import { nextId } from "./shared-state";
import { Tensor } from "./tensor";

/** Who writes into a parameter's memory for a while: see `Parameter.lend`. */
export interface Borrower {
  /** The parameter's own values, as a copy. */
  original(): TensorArray;
  /** Puts the parameter's own values back into its memory. */
  giveBack(): void;
}

/**
 * Mutable state on the host that graphs name as an input: weights, adapter coefficients, seeds.
 * Engines keep what they hold resident and send it again only when `version` changes.
 */
export class Parameter implements HostTensor {
  readonly id = nextId();
  readonly shape: Shape;
  readonly dtype: DType;
  /** The node that stands for this parameter in every graph. */
  readonly tensor: Tensor;
  requiresGrad: boolean;
  #data: TensorArray;
  #version = 0;
  #borrower: Borrower | null = null;

  /** The values are kept as they are given, not copied, but for ndarrays that are no plain rows of numbers. */
  constructor(value: HostTensor | NdArrayLike, options: { requiresGrad?: boolean } = {}) {
    const given = toHost(value);
    const { data, shape, dtype } = hostTensor(given.data, given.shape, given.dtype);
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

  /** The present values. After writing into them, call `touch`. Memory that was lent is called back. */
  get data(): TensorArray {
    this.#checkAlive();
    this.callBack();
    return this.#data;
  }

  /** Replaces the values by an array of the same length and type. */
  set data(values: TensorArray) {
    this.#checkAlive();
    this.callBack();
    if (values.length !== this.#data.length || values.constructor !== this.#data.constructor)
      throw new AutogradError(
        `parameter: ${values.constructor.name}(${values.length}) cannot replace ${this.#data.constructor.name}(${this.#data.length})`,
      );
    this.#data = values;
    this.touch();
  }

  /** Says that the data was written in place. */
  touch(): void {
    this.#version++;
  }

  /** The present values for one run, not to be written to: unlike `data` this leaves lent memory where it is. */
  read(): TensorArray {
    this.#checkAlive();
    return this.#borrower?.original() ?? this.#data;
  }

  /**
   * Lends the memory of the values to one borrower, who may write into it: a second copy of a large weight that
   * differs in few places would be waste. Whoever asks for `data` gets it back first, so the values of this
   * parameter, and its version, stay what they were.
   */
  lend(borrower: Borrower): TensorArray {
    this.#checkAlive();
    this.callBack();
    this.#borrower = borrower;
    return this.#data;
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
    this.touch();
  }

  #checkAlive(): void {
    if (this.tensor.disposed) throw new AutogradError(`parameter: ${this} was disposed; make it anew`);
  }

  toString(): string {
    return `Parameter(${this.dtype}${showShape(this.shape)})`;
  }
}
