import { type FloatArray, isFloat32 } from "./extension";

/**
 * Arrays that are no longer needed, for the next results of their size. JavaScript frees memory late, so that every
 * result lies in memory that was never touched, and the system's page faults cost more than a short filter.
 */
const kept = new Map<number, FloatArray[]>();
let bytes = 0;

/** What is kept at most, of one size and in all. */
const most = { arrays: 8, bytes: 1 << 26 };

/** The buffers of what is kept: none twice, by whatever view. */
const held = new WeakSet<ArrayBufferLike>();

/** A kept array, or undefined. Its numbers are leftovers. */
export function take(length: number, single: boolean): FloatArray | undefined {
  const array = kept.get(key(length, single))?.pop();
  if (array === undefined) return undefined;
  bytes -= length * array.BYTES_PER_ELEMENT;
  held.delete(array.buffer);
  // Its owner may have transferred it since.
  return array.length === length ? array : take(length, single);
}

/** Keeps an array. Its owner must not use it any more. */
export function give(array: FloatArray): void {
  const { byteLength, buffer, length } = array;
  // Not a part of another, not detached, not shared.
  if (length === 0 || buffer.byteLength !== byteLength || !(buffer instanceof ArrayBuffer)) return;
  if (byteLength > most.bytes || held.has(buffer)) return;
  if (bytes + byteLength > most.bytes) empty();
  const place = key(length, isFloat32(array));
  const same = kept.get(place) ?? [];
  if (same.length === most.arrays) return;
  same.push(array);
  kept.set(place, same);
  held.add(buffer);
  bytes += byteLength;
}

/** Lets go of all. */
export function empty(): void {
  for (const arrays of kept.values()) for (const { buffer } of arrays) held.delete(buffer);
  kept.clear();
  bytes = 0;
}

function key(length: number, single: boolean): number {
  return 2 * length + (single ? 1 : 0);
}
