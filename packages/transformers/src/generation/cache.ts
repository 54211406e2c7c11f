import type { Hosted, HostTensor } from "@waveft/autograd";
import { hostTensor } from "@waveft/autograd";
import type { KeyValueCache, KeyValues } from "../models/shared/self-attention";

/** Tokens by which a cache grows: few sizes, so few plans. */
const step = 64;

const roundUp = (length: number): number => Math.ceil(length / step) * step;

/**
 * Keys and values of all tokens so far, on the host. Each row fills from its start at its own pace; a run reads the
 * arrays in place and returns only what its new tokens add.
 */
export class HostCache {
  readonly heads: number;
  readonly width: number;
  #capacity: number;
  #segmentIds: Int32Array;
  #layers: { readonly keys: Float32Array; readonly values: Float32Array }[];

  constructor(
    present: readonly Hosted<KeyValues>[],
    /** Tokens that each row holds now. */
    readonly lengths: number[],
    capacity: number,
  ) {
    const [, heads = 0, , width = 0] = present[0]?.keys.shape ?? [];
    this.heads = heads;
    this.width = width;
    this.#capacity = roundUp(capacity);
    this.#segmentIds = new Int32Array(lengths.length * this.#capacity);
    this.#layers = present.map(() => this.#emptyLayer());
    this.#write(
      present,
      [...lengths],
      lengths.map(() => 0),
    );
  }

  /** What a run reads. */
  feed(): Hosted<KeyValueCache> {
    const rows = this.lengths.length;
    const shape = [rows, this.heads, this.#capacity, this.width];
    return {
      segmentIds: hostTensor(this.#segmentIds, [rows, this.#capacity]),
      layers: this.#layers.map(({ keys, values }) => ({
        keys: hostTensor(keys, shape),
        values: hostTensor(values, shape),
      })),
    };
  }

  /** Adds one token to each open row. */
  append(present: readonly Hosted<KeyValues>[], rows: readonly { readonly open: boolean }[]): void {
    const counts = rows.map(({ open }) => (open ? 1 : 0));
    if (this.lengths.some((length, row) => length + counts[row]! > this.#capacity)) this.#grow();
    this.#write(present, counts, this.lengths);
    counts.forEach((count, row) => {
      this.lengths[row]! += count;
    });
  }

  /** Copies the first `counts[row]` tokens of each row to `starts[row]` and after. */
  #write(present: readonly Hosted<KeyValues>[], counts: readonly number[], starts: readonly number[]): void {
    present.forEach(({ keys, values }, layer) => {
      this.#copy(keys, this.#layers[layer]!.keys, counts, starts);
      this.#copy(values, this.#layers[layer]!.values, counts, starts);
    });
    counts.forEach((count, row) => {
      const start = row * this.#capacity + starts[row]!;
      this.#segmentIds.fill(1, start, start + count);
    });
  }

  #copy(from: HostTensor, to: Float32Array, counts: readonly number[], starts: readonly number[]): void {
    const length = from.shape[2]!;
    const data = from.data as Float32Array;
    counts.forEach((count, row) => {
      for (let head = row * this.heads; head < (row + 1) * this.heads; head++) {
        const source = head * length * this.width;
        to.set(
          data.subarray(source, source + count * this.width),
          (head * this.#capacity + starts[row]!) * this.width,
        );
      }
    });
  }

  #emptyLayer(): { keys: Float32Array; values: Float32Array } {
    const size = this.lengths.length * this.heads * this.#capacity * this.width;
    return { keys: new Float32Array(size), values: new Float32Array(size) };
  }

  #grow(): void {
    const old = this.feed();
    const none = this.lengths.map(() => 0);
    this.#capacity = roundUp(this.#capacity * 1.5);
    this.#segmentIds = new Int32Array(this.lengths.length * this.#capacity);
    this.#layers = this.#layers.map(() => this.#emptyLayer());
    this.#write(old.layers, this.lengths, none);
  }
}
