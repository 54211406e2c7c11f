import { expect, test } from "vitest";
import { WasmHeap } from "../src/engines/gpu/wasm-heap";

test("what is allocated never overlaps, is found again when it is freed, and the memory goes with the last", () => {
  const heap = new WasmHeap(false, 1024);
  const first = heap.memory;
  const held: { from: number; bytes: number }[] = [];
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  let most = 0;
  for (let i = 0; i < 500; i++) {
    if (held.length > 0 && random(2) === 0) {
      const [{ from, bytes }] = held.splice(random(held.length), 1) as [{ from: number; bytes: number }];
      heap.free(from, bytes);
    } else {
      const bytes = 1 + random(5000);
      held.push({ from: heap.allocate(bytes), bytes });
    }
    const sorted = held.toSorted((a, b) => a.from - b.from);
    for (const [k, { from, bytes }] of sorted.entries()) {
      expect(from % 16).toBe(0);
      expect(from + bytes).toBeLessThanOrEqual(sorted[k + 1]?.from ?? heap.floats.byteLength);
    }
    most = Math.max(most, held.length);
  }
  expect(most).toBeGreaterThan(20);
  for (const { from, bytes } of held.splice(0)) heap.free(from, bytes);
  expect(heap.memory).not.toBe(first);
  expect(heap.allocate(16)).toBe(0);
});

test("a memory that is full says so, and stays usable", () => {
  const heap = new WasmHeap(false, 2);
  const from = heap.allocate(2 ** 16);
  expect(() => heap.allocate(2 ** 17)).toThrow(
    "gpu:webasm: 1 MiB are wanted at a time; the memory ends at 0.125 MiB",
  );
  expect(heap.allocate(2 ** 15)).toBe(2 ** 16);
  heap.free(from, 2 ** 16);
  expect(heap.allocate(2 ** 15)).toBe(0);
});
