import fc from "fast-check";
import ndarray from "ndarray";
import { describe, expect, test } from "vitest";
import {
  compile,
  constant,
  type DType,
  fromNdarray,
  type HostTensor,
  hostTensor,
  mul,
  sizeOf,
  type Tensor,
  toNdarray,
} from "../src";

/** The elements by ndarray's own `get`, in row-major order. */
const elementsOf = (array: ndarray.NdArray<ndarray.Data<number>>): number[] => {
  const walk = (index: readonly number[]): number[] =>
    index.length === array.shape.length
      ? [array.get(...index)]
      : Array.from({ length: array.shape[index.length]! }, (_, i) => walk([...index, i])).flat();
  return walk([]);
};

/** ndarray's stores of numbers, by what makes them of a list. */
const stores: Record<string, (values: number[]) => ndarray.Data<number>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  clamped: (values) => Uint8ClampedArray.from(values),
  int16: (values) => Int16Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  plain: (values) => values,
  asked: (values) => ({
    length: values.length,
    get: (place: number) => values[place]!,
    set: (place: number, value: number) => {
      values[place] = value;
    },
  }),
};

/** A view of up to four axes: of a part of the data, transposed, sliced, stepped, reversed, one place of an axis. */
const views = fc
  .record({
    store: fc.constantFrom(...Object.keys(stores)),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    lead: fc.integer({ min: 0, max: 3 }),
    changes: fc.array(
      fc.record({
        kind: fc.constantFrom("lo", "hi", "step", "transpose", "pick"),
        amounts: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ store, shape, lead, changes }) => {
    const values = Array.from({ length: sizeOf(shape) + lead }, (_, i) => (i * 7) % 101);
    let view = ndarray(stores[store]!(values), shape, undefined, lead);
    for (const { kind, amounts } of changes) {
      const axes = view.shape.map((size, axis) => ({ size, amount: amounts[axis]! }));
      if (kind === "lo") view = view.lo(...axes.map(({ size, amount }) => amount % (size + 1)));
      else if (kind === "hi") view = view.hi(...axes.map(({ size, amount }) => amount % (size + 1)));
      else if (kind === "step") view = view.step(...axes.map(({ amount }) => [-2, -1, 1, 2][amount % 4]!));
      else if (kind === "transpose") {
        const order = axes.map((_, axis) => axis).sort((a, b) => amounts[a]! - amounts[b]!);
        view = view.transpose(...order);
      } else if (view.size > 0 && view.dimension > 0)
        view = view.pick(...axes.map(({ size, amount }) => (amount < 3 ? amount % size : null)));
    }
    return { store, view };
  });

describe("from an ndarray", () => {
  test("any view has its shape and elements, in row-major order", () => {
    fc.assert(
      fc.property(views, ({ store, view }) => {
        const { data, shape, dtype } = fromNdarray(view);
        expect(shape).toEqual(view.shape);
        expect(dtype).toBe(["float32", "float64", "plain", "asked"].includes(store) ? "float32" : "int32");
        expect(data).toHaveLength(sizeOf(shape));
        expect(Array.from(data)).toEqual(elementsOf(view));
      }),
      { numRuns: 500 },
    );
  });

  test("any dtype can be asked for, and comes back", () => {
    const dtypes = fc.constantFrom<DType>("float32", "float16", "bfloat16", "int32", "bool");
    fc.assert(
      fc.property(views, dtypes, ({ view }, dtype) => {
        const tensor = fromNdarray(view, dtype);
        expect(tensor.dtype).toBe(dtype);
        // All of 0 … 100 is exact in every dtype but bool.
        const expected = elementsOf(view).map((value) => (dtype === "bool" ? Math.sign(value) : value));
        expect(elementsOf(toNdarray(tensor))).toEqual(expected);
        expect(fromNdarray(toNdarray(tensor), dtype)).toEqual(tensor);
      }),
      { numRuns: 300 },
    );
  });

  test("what is contiguous is shared, also a part of an array; what is not is copied", () => {
    const data = Float32Array.of(9, 1, 2, 3, 4, 5, 6);
    const array = ndarray(data, [2, 3], [3, 1], 1);
    const shared = fromNdarray(array);
    const copied = fromNdarray(array.transpose(1, 0));
    data[1] = 100;
    expect(Array.from(shared.data)).toEqual([100, 2, 3, 4, 5, 6]);
    expect(Array.from(copied.data)).toEqual([1, 4, 2, 5, 3, 6]);
    // An axis of one element may have any stride.
    expect(fromNdarray(ndarray(data, [1, 2], [77, 1], 5)).data.buffer).toBe(data.buffer);
  });

  test("a repeated axis has stride 0", () => {
    const { data, shape } = fromNdarray(ndarray([5, 6], [3, 2], [0, 1]));
    expect(shape).toEqual([3, 2]);
    expect(Array.from(data)).toEqual([5, 6, 5, 6, 5, 6]);
  });

  test("float64 is rounded to float32, and for half precision to nearest", () => {
    const array = ndarray([0.1, 1 + 2 ** -9, -1e300, Number.NaN], [4]);
    expect(fromNdarray(array).data).toEqual(Float32Array.from(array.data));
    expect(Array.from(fromNdarray(array, "bfloat16").data)).toEqual([0x3dcd, 0x3f80, 0xff80, 0x7fc0]);
  });

  test("64-bit integers become int32 where they fit", () => {
    const ids = { data: BigInt64Array.of(7n, -(2n ** 31n)), shape: [2], stride: [1], offset: 0 };
    expect(fromNdarray(ids)).toEqual(hostTensor(Int32Array.of(7, -(2 ** 31)), [2]));
    expect(fromNdarray(ids, "float32").data).toEqual(Float32Array.of(7, -(2 ** 31)));
    const wide = { ...ids, data: BigUint64Array.of(1n, 2n ** 31n) };
    expect(() => fromNdarray(wide)).toThrow("element [1] is 2147483648; give integers of 32 bits");
  });

  test("booleans are bool only", () => {
    const mask = { data: [true, false], shape: [2], stride: [1], offset: 0 };
    expect(fromNdarray(mask, "bool")).toEqual(hostTensor([1, 0], [2], "bool"));
    expect(() => fromNdarray(mask)).toThrow(
      'element [0] is true; give numbers (or booleans for dtype "bool")',
    );
  });
});

describe("errors", () => {
  const place = { shape: [2, 2], stride: [2, 1], offset: 0 };

  test.each([
    ["a string", ["1", "2", "3", "x"], undefined, 'fromNdarray: element [0, 0] is "1"; give numbers'],
    ["nothing", [1, 2, 3, undefined], undefined, "fromNdarray: element [1, 1] is undefined; give numbers"],
    ["an object", [1, {}, 3, 4], undefined, "fromNdarray: element [0, 1] is [object Object]; give numbers"],
    ["a fraction", [1, 2, 2.5, 4], "int32", "fromNdarray: element [1, 0] is 2.5; give integers of 32 bits"],
    [
      "NaN",
      Float32Array.of(1, 2, 3, Number.NaN),
      "int32",
      "fromNdarray: element [1, 1] is NaN; give integers",
    ],
    [
      "too much",
      Uint32Array.of(0, 2 ** 31, 0, 0),
      "int32",
      "fromNdarray: element [0, 1] is 2147483648; give",
    ],
  ] as const)("%s is refused by its place", (_, data, dtype, message) => {
    const array = { ...place, data: data as unknown as number[] };
    expect(() => fromNdarray(array, dtype)).toThrow(message);
  });

  test("a view must lie in its data", () => {
    const data = new Float32Array(4);
    expect(() => fromNdarray({ ...place, data, offset: 1 })).toThrow(
      "fromNdarray: its elements reach from 1 to 4, the data from 0 to 3",
    );
    expect(() => fromNdarray({ data, shape: [3], stride: [-1], offset: 1 })).toThrow(/reach from -1 to 1/);
    expect(() => fromNdarray({ data, shape: [2, 2], stride: [1], offset: 0 })).toThrow(
      "fromNdarray: shape [2, 2] with stride [1]; give one integer of each for an axis",
    );
    // No element of none lies outside.
    expect(fromNdarray({ data, shape: [0, 9], stride: [9, 1], offset: 40 }).data).toHaveLength(0);
  });

  test("other things are refused", () => {
    for (const value of [null, undefined, 3, [1, 2], new Float32Array(2)])
      expect(() => fromNdarray(value as unknown as ndarray.NdArray)).toThrow("fromNdarray: takes an ndarray");
    const symbolic: unknown = constant([1], [1]);
    expect(() => toNdarray(symbolic as HostTensor)).toThrow(
      "toNdarray: takes a host tensor; evaluate a graph's tensor first",
    );
    expect(() => toNdarray({ data: new Float32Array(3), shape: [2], dtype: "float32" })).toThrow(
      /3 elements/,
    );
  });
});

describe("to an ndarray", () => {
  test("data is shared, but for half precision, which is widened", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const array = toNdarray(hostTensor(data, [2, 3]));
    array.set(1, 2, 60);
    expect(data[5]).toBe(60);
    expect(array.transpose(1, 0).get(2, 1)).toBe(60);
    const half = toNdarray(hostTensor(Uint16Array.of(0x3f80, 0xc000), [2], "bfloat16"));
    expect(half.data).toEqual(Float32Array.of(1, -2));
    expect(toNdarray(hostTensor(Uint8Array.of(1, 0), [2])).data).toEqual(Uint8Array.of(1, 0));
  });

  test("scalars and empty tensors too", () => {
    const scalar = toNdarray(hostTensor([7], []));
    expect([scalar.shape, scalar.get()]).toEqual([[], 7]);
    expect(fromNdarray(scalar)).toEqual(hostTensor([7], []));
    const empty = toNdarray(hostTensor([], [2, 0]));
    expect([empty.shape, empty.size]).toEqual([[2, 0], 0]);
  });
});

test("an ndarray goes through a compiled function", async () => {
  const double = compile((x: Tensor) => mul(x, 2), { device: "gpu:cpu" });
  const image = ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  const result = toNdarray(await double(fromNdarray(image.transpose(1, 0).step(-1, 1))));
  await double.dispose();
  expect(result.shape).toEqual([3, 2]);
  expect(elementsOf(result)).toEqual([6, 12, 4, 10, 2, 8]);
});
