import type { Hosted, HostTensor, TensorArray } from "@waveft/autograd";
import { hostTensor } from "@waveft/autograd";
import type { KeyValueCache, KeyValues } from "../models/inputs";

/** Slots by which a cache grows: few sizes, so few plans. */
const step = 64;

const roundUp = (length: number): number => Math.ceil(length / step) * step;

/** Keys and values of one layer, [rows, heads, capacity, width] each. */
interface Layer {
  readonly heads: number;
  readonly widths: readonly [keys: number, values: number];
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/**
 * Keys and values of all tokens so far, on the host. New tokens of all rows go to the same slots; a row that has none
 * there leaves its slot empty. A run reads the arrays in place and returns only what its new tokens add.
 */
export class HostCache {
  readonly #rows: number;
  #capacity: number;
  /** Slots in use. */
  #length = 0;
  #segmentIds: Int32Array;
  #positionIds: Int32Array;
  #layers: Layer[];

  /** @param present keys and values of the first tokens, whose rows and layers the cache has */
  constructor(present: readonly Hosted<KeyValues>[], rows: number, capacity: number) {
    this.#rows = rows;
    this.#capacity = roundUp(capacity);
    this.#segmentIds = new Int32Array(rows * this.#capacity);
    this.#positionIds = new Int32Array(rows * this.#capacity);
    this.#layers = present.map(({ keys, values }) =>
      this.#emptyLayer(keys.shape[1]!, [keys.shape[3]!, values.shape[3]!]),
    );
  }

  /** What a run reads. */
  feed(): Hosted<KeyValueCache> {
    const shape = [this.#rows, this.#capacity];
    return {
      segmentIds: hostTensor(this.#segmentIds, shape),
      positionIds: hostTensor(this.#positionIds, shape),
      layers: this.#layers.map(({ heads, widths: [keyWidth, valueWidth], keys, values }) => ({
        keys: hostTensor(keys, [this.#rows, heads, this.#capacity, keyWidth]),
        values: hostTensor(values, [this.#rows, heads, this.#capacity, valueWidth]),
      })),
    };
  }

  /**
   * Adds what a run computed: a slot for each of its places.
   *
   * @param segmentIds of these places, int32 [rows, length]: 0 leaves a slot empty
   * @param positionIds of these places, int32 [rows, length]
   */
  append(present: readonly Hosted<KeyValues>[], segmentIds: HostTensor, positionIds: HostTensor): void {
    const count = segmentIds.shape[1]!;
    if (this.#length + count > this.#capacity) this.#grow(this.#length + count);
    this.#copy(segmentIds.data, this.#segmentIds, count);
    this.#copy(positionIds.data, this.#positionIds, count);
    present.forEach(({ keys, values }, i) => {
      const { heads, widths, ...own } = this.#layers[i]!;
      this.#copy(keys.data, own.keys, count, heads, widths[0]);
      this.#copy(values.data, own.values, count, heads, widths[1]);
    });
    this.#length += count;
  }

  /** Copies [rows, heads, count, width] behind the slots in use. */
  #copy(data: TensorArray, to: Float32Array | Int32Array, count: number, heads = 1, width = 1): void {
    const size = count * width;
    for (let block = 0; block < this.#rows * heads; block++)
      to.set(
        data.subarray(block * size, (block + 1) * size),
        (block * this.#capacity + this.#length) * width,
      );
  }

  #emptyLayer(heads: number, widths: Layer["widths"]): Layer {
    const [keys, values] = widths.map(
      (width) => new Float32Array(this.#rows * heads * this.#capacity * width),
    );
    return { heads, widths, keys: keys!, values: values! };
  }

  #grow(needed: number): void {
    const { segmentIds, positionIds, layers } = this.feed();
    const length = this.#length;
    this.#capacity = roundUp(Math.max(needed, this.#capacity * 1.5));
    this.#segmentIds = new Int32Array(this.#rows * this.#capacity);
    this.#positionIds = new Int32Array(this.#rows * this.#capacity);
    this.#layers = this.#layers.map(({ heads, widths }) => this.#emptyLayer(heads, widths));
    this.#length = 0;
    this.append(layers, segmentIds, positionIds);
    this.#length = length;
  }
}
