import type { DType, Shape, TensorArray } from "./dtype";
import { AutogradError } from "./errors";
import type { TensorType } from "./host-tensor";
import type { Lowering } from "./lowering";
import { showShape, sizeOf } from "./shape";
import { nextId } from "./shared-state";

const brand = Symbol.for("waveft.autograd.tensor");

/** A node of a graph, as engines see it: nothing of gradients and running is known here. */
export class Node implements TensorType {
  readonly [brand] = true;
  readonly id = nextId();
  #disposed = false;

  constructor(
    /** Name of the op, or the kind of leaf: input, parameter or constant. */
    readonly op: string,
    readonly inputs: readonly Node[],
    readonly attributes: Readonly<Record<string, unknown>>,
    readonly shape: Shape,
    readonly dtype: DType,
    /** How engines compute it; null for leaves. */
    readonly definition: Lowering | null = null,
  ) {}

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Lets go of the numbers of a constant. Neither it nor what was built on it can enter a graph again; plans made
   * before keep working. Tensors that are not disposed go with their last reference.
   */
  dispose(): void {
    if (this.#disposed) throw new AutogradError(`dispose: ${this} was disposed already`);
    this.#disposed = true;
    delete (this.attributes as { value?: unknown }).value;
  }

  toString(): string {
    return `Tensor(${this.op}, ${this.dtype}${showShape(this.shape)})`;
  }
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && brand in value;

/** Where the newest values of parameters may be besides the host: an engine. */
export interface Home {
  /** For messages. */
  readonly name: string;
  /** The values that it keeps of a parameter: memory of the caller's. */
  fetch(parameter: StoredParameter): Promise<TensorArray>;
}

/** What engines see of a parameter: its present values, and when they have changed. */
export interface StoredParameter extends TensorType {
  /** Unique in the process. */
  readonly id: number;
  /** Counts the changes of the values. */
  readonly version: number;
  readonly requiresGrad: boolean;
  /** Whether runs assign to it. */
  readonly isAssigned: boolean;
  /** The values on the host, which can be replaced; see `Parameter`. */
  data: TensorArray;
  /** The present values for one run, not to be written to; an error where `home` has them. */
  read(): TensorArray;
  /** The engine that alone has the newest values; null where the host has them. */
  readonly home: Home | null;
  /** Copies the newest values to the host, if they are not there. */
  bringHome(): Promise<void>;
  /** Tells that a run has given the parameter new values, which an engine keeps. The host's go. */
  settle(home: Home): void;
}

/** The parameter behind a "parameter" leaf. */
export const parameterOf = (leaf: Node): StoredParameter => leaf.attributes.parameter as StoredParameter;
