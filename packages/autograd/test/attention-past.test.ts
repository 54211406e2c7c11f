import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AttentionOptions,
  attention,
  concat,
  dropout,
  gather,
  type HostTensor,
  hostTensor,
  matmul,
  mul,
  pullback,
  softmax,
  type Tensor,
  tanh,
} from "../src";
import { devices, draws, runOn } from "./devices";

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const floats = (shape: readonly number[], seed: number) => hostTensor(draws(sizeOf(shape), seed), shape);
const ints = (values: readonly number[], shape: readonly number[]) =>
  hostTensor(Int32Array.from(values), shape);

/** Rows of which the first `early` places are a past, in slots of their own order, empty ones between. */
interface Case {
  readonly early: number;
  readonly late: number;
  /** Where the examples of the row begin, as shares of it. */
  readonly cuts: readonly number[];
  readonly window: number | undefined;
  readonly softCap: number | null;
  readonly groups: number;
  readonly withBias: boolean;
  readonly withMask: boolean;
  /** Orders the slots. */
  readonly order: number;
  readonly empty: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  early: fc.integer({ min: 1, max: 9 }),
  late: fc.integer({ min: 1, max: 4 }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
  window: fc.constantFrom(undefined, 1, 3),
  softCap: fc.constantFrom(null, 0.7),
  groups: fc.constantFrom(1, 2),
  withBias: fc.boolean(),
  withMask: fc.boolean(),
  order: fc.integer({ min: 1, max: 99 }),
  empty: fc.integer({ min: 0, max: 3 }),
});

const rows = 2;
const [kvHeads, width, valueWidth] = [2, 3, 4];

/** The last places of whole rows, and the same with what is before them as a past: values and gradients of both. */
const bothWays = async (device: (typeof devices)[number], c: Case) => {
  const { early, late, cuts, groups, empty } = c;
  const length = early + late;
  const heads = kvHeads * groups;
  const starts = [0, ...cuts.map((cut) => Math.floor(cut * length))];
  const segmentOf = (row: number, place: number) => starts.filter((s) => s <= place).length + 5 * row;
  const positionOf = (place: number) => place - Math.max(...starts.filter((s) => s <= place));
  const perPlace = (of: (row: number, place: number) => number, from: number, to: number) =>
    ints(
      Array.from({ length: rows * (to - from) }, (_, i) =>
        of(Math.floor(i / (to - from)), from + (i % (to - from))),
      ),
      [rows, to - from],
    );
  const capacity = early + empty;
  // Slot s holds place slots[s], or none.
  const keysOfOrder = draws(capacity, c.order);
  const slots = Array.from({ length: capacity }, (_, s) => s)
    .sort((a, b) => keysOfOrder[a]! - keysOfOrder[b]!)
    .map((s) => (s < early ? s : -1));
  const perSlot = (of: (row: number, place: number) => number) =>
    ints(
      Array.from({ length: rows * capacity }, (_, i) => {
        const place = slots[i % capacity]!;
        return place < 0 ? 0 : of(Math.floor(i / capacity), place);
      }),
      [rows, capacity],
    );
  const columns = ints(
    [...slots.map((place) => Math.max(0, place)), ...Array.from({ length: late }, (_, i) => early + i)],
    [capacity + late],
  );
  const feeds = [
    floats([rows, heads, late, width], 1),
    floats([rows, kvHeads, length, width], 2),
    floats([rows, kvHeads, length, valueWidth], 3),
    floats([rows, heads, late, valueWidth], 4),
    floats([1, heads, late, length], 5),
    hostTensor(
      Uint8Array.from(draws(late * length, 6), (x, i) => (x > -0.3 || i % length >= early ? 1 : 0)),
      [late, length],
      "bool",
    ),
    perPlace(segmentOf, 0, length),
    perPlace(segmentOf, early, length),
    perPlace((_, place) => positionOf(place), early, length),
    perSlot(segmentOf),
    perSlot((_, place) => positionOf(place)),
    columns,
    ints(
      slots.map((place) => Math.max(0, place)),
      [capacity],
    ),
    ints(
      Array.from({ length: late }, (_, i) => early + i),
      [late],
    ),
  ];
  const common: AttentionOptions = {
    causal: true,
    softCap: c.softCap,
    ...(c.window === undefined ? {} : { slidingWindow: c.window }),
  };
  const whole = await runOn(device, feeds, (...all) => {
    const [q, k, v, dy, bias, mask, keySegmentIds, segmentIds] = all as Tensor[];
    const options = { ...common, segmentIds: segmentIds!, keySegmentIds: keySegmentIds! };
    const y = attention(q!, k!, v!, {
      ...options,
      ...(c.withBias && { bias: bias! }),
      ...(c.withMask && { mask: mask! }),
    });
    return [y, ...pullback([y], [dy!], [q!, k!, v!])];
  });
  const parted = await runOn(device, feeds, (...all) => {
    const [q, k, v, dy, bias, mask, , segmentIds, at, slotSegments, slotAt, reach, slotOf, own] =
      all as Tensor[];
    const [first, last] = [slotOf!, own!];
    const past = {
      keys: gather(k!, first, 2),
      values: gather(v!, first, 2),
      segmentIds: slotSegments!,
      positionIds: slotAt!,
      queryPositionIds: at!,
    };
    const y = attention(q!, gather(k!, last, 2), gather(v!, last, 2), {
      ...common,
      past,
      segmentIds: segmentIds!,
      ...(c.withBias && { bias: gather(bias!, reach!, 3) }),
      ...(c.withMask && { mask: gather(mask!, reach!, 1) }),
    });
    return [y, ...pullback([y], [dy!], [q!, k!, v!])];
  });
  return { whole, parted };
};

/** To rounding of numbers near 1: where one key alone is seen, gradients are 0 and nothing is relative to them. */
const expectSame = (actual: readonly HostTensor[], expected: readonly HostTensor[]) => {
  actual.forEach(({ data }, i) => {
    const other = expected[i]!.data;
    const largest = (values: Iterable<number>) =>
      Array.from(values, Math.abs).reduce((a, b) => Math.max(a, b), 0);
    const difference = largest(Array.from(data, (x, j) => x - other[j]!));
    expect(difference).toBeLessThan(3e-6 * Math.max(1, largest(other)));
  });
};

describe.each(devices)("%s", (device) => {
  test("keys of a past, in whatever slots, count as keys before the queries", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const { whole, parted } = await bothWays(device, c);
        expectSame(parted, whole);
      }),
      { numRuns: device === "gpu:cpu" ? 40 : 12, seed: 7 },
    );
  });

  test("a past of more than 64 places, and of another width", async () => {
    const c: Case = {
      early: 150,
      late: 2,
      cuts: [0.3],
      window: 100,
      softCap: null,
      groups: 2,
      withBias: true,
      withMask: false,
      order: 3,
      empty: 10,
    };
    const { whole, parted } = await bothWays(device, c);
    expectSame(parted, whole);
  });

  test("without segments all of a past is seen; capped scores and dropout act on both parts", async () => {
    const feeds = [
      [1, 2, 2, 3],
      [1, 2, 5, 3],
      [1, 2, 5, 3],
    ].map((shape, i) => floats(shape, i + 1));
    const index = (...places: number[]) => ints(places, [places.length]);
    const seed = ints([5], []);
    const [y, expected, dropped, droppedExpected] = await runOn(
      device,
      [...feeds, index(0, 1, 2), index(3, 4), seed],
      (...all) => {
        const [q, k, v, first, last, s] = all as Tensor[];
        const past = { keys: gather(k!, first!, 2), values: gather(v!, first!, 2) };
        const own = [gather(k!, last!, 2), gather(v!, last!, 2)] as const;
        const drop = (weights: Tensor) => dropout(weights, 0.4, s!, 3);
        const scores = mul(
          tanh(mul(matmul(q!, concat([past.keys, own[0]], 2), { transposeB: true }), 2)),
          0.5,
        );
        const weights = softmax(scores);
        const values = concat([past.values, own[1]], 2);
        return [
          attention(q!, ...own, { past, softCap: 0.5, scale: 1 }),
          matmul(weights, values),
          attention(q!, ...own, { past, softCap: 0.5, scale: 1, dropout: drop }),
          matmul(drop(weights), values),
        ];
      },
    );
    expect(y!.data).toBeAllclose(expected!.data as Float32Array, 2e-6);
    expect(dropped!.data).toBeAllclose(droppedExpected!.data as Float32Array, 2e-6);
    expect(dropped!.data).not.toBeAllclose(y!.data as Float32Array, 1e-2);
  });
});

describe("refused", () => {
  const f = (...shape: number[]) => floats(shape, 1);
  const t = (...shape: number[]) => ints(new Array(sizeOf(shape)).fill(1), shape);
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "keys of other heads",
      () => callOf({ keys: f(1, 2, 4, 3), values: f(1, 2, 4, 3) }),
      /past keys float32\[1, 2, 4, 3\] and values .* takes float32 of the same rows, heads and widths/,
    ],
    [
      "values of another capacity",
      () => callOf({ keys: f(1, 1, 4, 3), values: f(1, 1, 5, 3) }),
      /past keys float32\[1, 1, 4, 3\] and values float32\[1, 1, 5, 3\]/,
    ],
    [
      "segments on one side",
      () => callOf({ keys: f(1, 1, 4, 3), values: f(1, 1, 4, 3), segmentIds: t(1, 4) }),
      /segment ids none of the queries/,
    ],
    [
      "a window without positions",
      () => callOf({ keys: f(1, 1, 4, 3), values: f(1, 1, 4, 3) }, { slidingWindow: 2 }),
      /a sliding window over a past goes by positions; give past.positionIds int32 \[rows, 4\]/,
    ],
    ["a cap of nothing", () => callOf(null, { softCap: 0 }), /softCap is 0; give a number above 0, or null/],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  type Host = ReturnType<typeof floats>;
  type HostPast = { [K in "keys" | "values" | "segmentIds" | "positionIds"]?: Host };
  /** Host tensors enter as inputs. */
  const callOf = (past: HostPast | null, options: AttentionOptions = {}) => {
    const given = Object.entries(past ?? {}) as [keyof HostPast, Host][];
    return runOn(
      "gpu:cpu",
      [f(1, 2, 1, 3), f(1, 1, 1, 3), f(1, 1, 1, 3), ...given.map(([, x]) => x)],
      (...all) => {
        const [q, k, v, ...rest] = all as Tensor[];
        const tensors = Object.fromEntries(given.map(([name], i) => [name, rest[i]!]));
        return [attention(q!, k!, v!, { ...options, past: past === null ? null : (tensors as never) })];
      },
    );
  };
});
