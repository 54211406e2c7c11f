import type { Device } from "./device";
import type { DType, Shape, TensorArray } from "./dtype";
import { bytesOf, isArrayOf } from "./dtype";
import { AutogradError } from "./errors";
import { evaluate } from "./evaluate";
import type { OpDefinition } from "./op";
import { showShape, sizeOf } from "./shape";
import { nextId } from "./shared-state";

const brand = Symbol.for("waveft.autograd.tensor");

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Numbers on the host: row-major, contiguous. */
export interface HostTensor extends TensorType {
  readonly data: TensorArray;
}

/**
 * An immutable handle on one node of a lazily built graph. Making it computes nothing; a compiled
 * function, or `evaluate`, runs it.
 */
export class Tensor implements TensorType {
  readonly [brand] = true;
  readonly id = nextId();
  #disposed = false;

  constructor(
    /** Name of the op, or the kind of leaf: input, parameter or constant. */
    readonly op: string,
    readonly inputs: readonly Tensor[],
    readonly attributes: Readonly<Record<string, unknown>>,
    readonly shape: Shape,
    readonly dtype: DType,
    /** What the op means; null for leaves. */
    readonly definition: OpDefinition | null = null,
  ) {}

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Computes the tensor: its numbers, row-major. For work that repeats, `compile`. */
  async data(options: { device?: Device } = {}): Promise<TensorArray> {
    return (await evaluate([this], options))[0]!.data;
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

export const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && brand in value;

/** Wraps numbers as a host tensor; plain arrays become float32 unless `dtype` says otherwise. */
export const hostTensor = (
  data: TensorArray | readonly number[],
  shape: Shape,
  dtype: DType = data instanceof Int32Array ? "int32" : data instanceof Uint8Array ? "bool" : "float32",
): HostTensor => {
  const array = ArrayBuffer.isView(data) ? data : arrayFrom(data, dtype);
  if (!isArrayOf(dtype, array))
    throw new AutogradError(`hostTensor: ${array.constructor.name} does not store ${dtype}`);
  if (array.length !== sizeOf(shape))
    throw new AutogradError(
      `hostTensor: ${array.length} elements for shape ${showShape(shape)}, which has ${sizeOf(shape)}`,
    );
  return { data: array, shape, dtype };
};

const arrayFrom = (values: readonly number[], dtype: DType): TensorArray => {
  if (dtype === "int32") return Int32Array.from(values);
  if (dtype === "bool") return Uint8Array.from(values);
  if (dtype === "float32") return Float32Array.from(values);
  throw new AutogradError(
    `hostTensor: ${dtype} is stored as bits; give a Uint16Array, which encodeHalf makes of numbers`,
  );
};

/** Bytes that a tensor of this type takes on the host. */
export const byteLengthOf = (type: TensorType): number => sizeOf(type.shape) * bytesOf(type.dtype);
