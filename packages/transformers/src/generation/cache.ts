import {
  type Assignment,
  assign,
  compile,
  type Device,
  type DType,
  hostTensor,
  Parameter,
  pad,
  sizeOf,
  type Tensor,
} from "@waveft/autograd";
import type { KeyValueCache, KeyValues, TokenInputs } from "../models/inputs";

/** Slots by which a cache grows: few sizes, so few plans. */
const step = 64;

interface Layer {
  readonly keys: Parameter;
  readonly values: Parameter;
}

/** Zeros that runs assign to. */
const state = (shape: readonly number[], dtype: Extract<DType, "float32" | "int32">): Parameter => {
  const size = sizeOf(shape);
  const data = dtype === "int32" ? new Int32Array(size) : new Float32Array(size);
  return new Parameter(hostTensor(data, shape), { requiresGrad: false });
};

let caches = 0;

/**
 * Keys and values of all tokens so far, where the device keeps state. New tokens of all rows go to the same slots; a
 * row that has none there leaves its slot empty. A run reads the slots and assigns what its new tokens add.
 */
export class Cache {
  readonly id = caches++;
  readonly rows: number;
  readonly capacity: number;
  /** Slots in use; 0 before a first run, which empties the others. */
  length = 0;
  readonly #segmentIds: Parameter;
  readonly #positionIds: Parameter;
  /** Made when a graph first tells their heads and widths. */
  #layers: readonly Layer[] = [];

  constructor(rows: number, capacity: number) {
    this.rows = rows;
    this.capacity = Cache.slotsFor(capacity);
    this.#segmentIds = state([rows, this.capacity], "int32");
    this.#positionIds = state([rows, this.capacity], "int32");
  }

  /** The slots of a cache that has at least so many. */
  static slotsFor(length: number): number {
    return Math.ceil(length / step) * step;
  }

  /** What a graph reads. */
  tensors(): KeyValueCache {
    return {
      segmentIds: this.#segmentIds.tensor,
      positionIds: this.#positionIds.tensor,
      layers: this.#layers.map(({ keys, values }) => ({ keys: keys.tensor, values: values.tensor })),
    };
  }

  /**
   * What a graph assigns: a slot for each place that it computed, from `start` on; at `first`, all other slots are
   * empty then.
   */
  write(
    present: readonly KeyValues[],
    { segmentIds, positionIds }: Pick<TokenInputs, "segmentIds" | "positionIds">,
    start: Tensor | number,
    first: boolean,
  ): readonly Assignment[] {
    if (this.#layers.length === 0)
      this.#layers = present.map(({ keys, values }) => ({
        keys: this.#slots(keys),
        values: this.#slots(values),
      }));
    const left = this.capacity - segmentIds.shape[1]!;
    return [
      first
        ? assign(this.#segmentIds, pad(segmentIds, [0, 0], [0, left]))
        : assign(this.#segmentIds, segmentIds, { axis: 1, start }),
      assign(this.#positionIds, positionIds, { axis: 1, start }),
      ...present.flatMap(({ keys, values }, i) => [
        assign(this.#layers[i]!.keys, keys, { axis: 2, start }),
        assign(this.#layers[i]!.values, values, { axis: 2, start }),
      ]),
    ];
  }

  /** A cache of at least `needed` slots with what this one holds, which is disposed. */
  async grown(needed: number, device: Device): Promise<Cache> {
    const larger = new Cache(this.rows, Math.max(needed, this.capacity * 1.5));
    const copy = compile(
      () => {
        const { layers, ...ids } = this.tensors();
        return larger.write(layers, ids, 0, true);
      },
      { device },
    );
    await copy();
    await copy.dispose();
    larger.length = this.length;
    this.dispose();
    return larger;
  }

  /** Where it lies, on the device or on the host. */
  get bytes(): number {
    return this.#parameters().reduce((total, { shape }) => total + 4 * sizeOf(shape), 0);
  }

  dispose(): void {
    for (const parameter of this.#parameters()) parameter.dispose();
  }

  #parameters(): Parameter[] {
    const layers = this.#layers.flatMap(({ keys, values }) => [keys, values]);
    return [this.#segmentIds, this.#positionIds, ...layers];
  }

  /** Of tokens that a graph computes, [rows, heads, length, width], as many as there are slots. */
  #slots({ shape: [, heads, , width] }: Tensor): Parameter {
    return state([this.rows, heads!, this.capacity, width!], "float32");
  }
}
