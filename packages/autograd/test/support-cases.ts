import type { Engine, HostTensor, Tensor } from "../src";
import { hostTensor } from "../src";
import type { Feature } from "../src/features";
import * as ops from "../src/ops";
import { relativeError, runOnce } from "./op-cases";

/** Shows whether a device has a feature: what came out wrong, a sentence each. */
export interface FeatureCase {
  readonly feature: Feature;
  readonly name: string;
  readonly complaints: (engine: Engine) => Promise<readonly string[]>;
}

type Build = (...inputs: Tensor[]) => Tensor;
type Result = (index: number) => number;

/** An op on a row of numbers, compared with the same in JavaScript. */
const onNumbers =
  (inputs: readonly HostTensor[], build: Build, expected: readonly number[]): FeatureCase["complaints"] =>
  async (engine) => {
    const [y] = await runOnce(engine, inputs, (...tensors) => [build(...tensors)]);
    // Integers are right or wrong.
    const limit = y!.dtype === "float32" ? 1e-5 : 0;
    return relativeError(y!.data, expected) <= limit
      ? []
      : [`${Array.from(y!.data).join(", ")} for ${expected.join(", ")}`];
  };

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const row = (...values: number[]) => hostTensor(values, [values.length]);

const small: readonly (readonly [Feature, string, readonly HostTensor[], Build, readonly number[]])[] = [
  ["nan", "isNaN", [row(nan, 0, inf, -inf, 1)], (x) => ops.isNaN(x!), [1, 0, 0, 0, 0]],
  ["nan", "log of negative numbers", [row(-1, -inf, nan, 1)], (x) => ops.log(x!), [nan, nan, nan, 0]],
  ["nan", "square roots of negative numbers", [row(-1, 4, nan)], (x) => ops.sqrt(x!), [nan, 2, nan]],
  ["nan", "0/0", [row(0, inf, 0), row(0, inf, 2)], (a, b) => ops.div(a!, b!), [nan, nan, 0]],
  ["nan", "exp of NaN", [row(nan, 0)], (x) => ops.exp(x!), [nan, 1]],
  ["nan", "sine of NaN and infinities", [row(nan, inf, 0)], (x) => ops.sin(x!), [nan, nan, 0]],
  ["nan", "tanh of NaN", [row(nan, inf, -inf)], (x) => ops.tanh(x!), [nan, 1, -1]],
  [
    "nan",
    "the larger of NaN",
    [row(nan, 0, 1), row(0, nan, 2)],
    (a, b) => ops.maximum(a!, b!),
    [nan, nan, 2],
  ],
  [
    "nan",
    "the smaller of NaN",
    [row(nan, 0, 1), row(0, nan, 2)],
    (a, b) => ops.minimum(a!, b!),
    [nan, nan, 1],
  ],
  ["nan", "largest of a row with NaN", [row(1, nan, 2)], (x) => ops.max(x!), [nan]],
  ["nan", "relu of NaN", [row(nan, -1, 2)], (x) => ops.relu(x!), [nan, 0, 2]],
  [
    "nan",
    "powers of NaN and negative numbers",
    [row(-2, -2, nan, nan, 1), row(3, 0.5, 0, 1, nan)],
    (a, b) => ops.pow(a!, b!),
    [-8, nan, 1, nan, 1],
  ],
  ["infinity", "1/0", [row(1, -1, 1), row(0, 0, inf)], (a, b) => ops.div(a!, b!), [inf, -inf, 0]],
  ["infinity", "log of 0", [row(0, inf, 1)], (x) => ops.log(x!), [-inf, inf, 0]],
  ["infinity", "exp that overflows", [row(100, -inf, inf, -1000)], (x) => ops.exp(x!), [inf, 0, inf, 0]],
  ["infinity", "products that overflow", [row(3e38, -3e38)], (x) => ops.mul(x!, 10), [inf, -inf]],
  ["infinity", "a masked softmax", [row(-inf, 1, 1, -1e9)], (x) => ops.softmax(x!), [0, 0.5, 0.5, 0]],
  ["subnormals", "a product below 1.18e-38", [row(1e-30)], (x) => ops.mul(x!, 1e-10), [1e-40]],
  [
    "wideAngles",
    "sine of large numbers",
    [row(123456.7, 1e6, 3e7)],
    (x) => ops.sin(x!),
    [123456.7, 1e6, 3e7].map((x) => Math.sin(Math.fround(x))),
  ],
  [
    "wideIntegers",
    "an int32 sum",
    [hostTensor(Int32Array.of(2 ** 24, 2 ** 30), [2])],
    (x) => ops.add(x!, 1),
    [2 ** 24 + 1, 2 ** 30 + 1],
  ],
];

const [rows, columns] = [17_001, 1000];
/** Past 2²⁴, and no multiple of what kernels take at a time. */
const size = rows * columns + 1;

/** Numbers that tell their neighbours apart. */
const valueAt: Result = (i) => (i * 7919) % 65_521;
const many = (count: number): Float32Array => {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = valueAt(i);
  return values;
};

/** Places where a wrong index shows: the ends, and around 2²⁴. */
const spots = [0, 1, columns, 2 ** 22 + 1, 2 ** 24 - 1, 2 ** 24 + 1, 2 ** 24 + 3, size - 3, size - 2];

/** An op on a large array, looked at in some places. */
const onMany =
  (
    shape: readonly number[],
    build: Build,
    places: readonly (readonly [at: number, expected: number])[],
    others: readonly HostTensor[] = [],
  ): FeatureCase["complaints"] =>
  async (engine) => {
    const count = shape.reduce((product, axis) => product * axis, 1);
    const feeds = [hostTensor(many(count), shape), ...others];
    const [y] = await runOnce(engine, feeds, (...tensors) => [build(...tensors)]);
    return places.flatMap(([at, expected]) =>
      Math.abs(y!.data[at]! - expected) <= 1e-5 * Math.abs(expected)
        ? []
        : [`element ${at} is ${y!.data[at]}, not ${expected}`],
    );
  };

const sumOfRow = (r: number): number =>
  Array.from({ length: columns }, (_, c) => valueAt(r * columns + c)).reduce((sum, x) => sum + x);

const large: readonly (readonly [string, FeatureCase["complaints"]])[] = [
  [
    "adds",
    onMany(
      [size],
      (x) => ops.add(x!, 1),
      spots.map((i) => [i, valueAt(i) + 1]),
    ),
  ],
  [
    "gathers rows",
    onMany(
      [rows, columns],
      (x, i) => ops.gather(x!, i!),
      [0, 1, columns - 1].flatMap((c) => [
        [c, valueAt((rows - 1) * columns + c)],
        [columns + c, valueAt(c)],
        [2 * columns + c, valueAt(16_778 * columns + c)],
      ]),
      [hostTensor(Int32Array.of(rows - 1, 0, 16_778), [3])],
    ),
  ],
  [
    "slices",
    onMany([rows, columns], (x) => ops.slice(x!, [rows - 2, 1], [rows, columns]), [
      [0, valueAt((rows - 2) * columns + 1)],
      [2 * (columns - 1) - 1, valueAt(rows * columns - 1)],
    ]),
  ],
  [
    "sums rows",
    onMany(
      [rows, columns],
      (x) => ops.sum(x!, { axes: 1 }),
      [0, 16_778, rows - 1].map((r) => [r, sumOfRow(r)]),
    ),
  ],
  // All but the last elements cancel, so that a lost end shows.
  [
    "sums all",
    onMany([size], (x) => ops.sum(ops.pad(ops.slice(x!, [size - 3], [size]), [size - 3], [0])), [
      [0, valueAt(size - 3) + valueAt(size - 2) + valueAt(size - 1)],
    ]),
  ],
  [
    "joins",
    onMany(
      [size],
      (x, y) => ops.concat([y!, x!]),
      [[0, 7], ...spots.map((i) => [i + 3, valueAt(i)] as const)],
      [row(7, 8, 9)],
    ),
  ],
  [
    "reads a column",
    onMany(
      [rows, columns],
      (x) => ops.slice(ops.transpose(ops.slice(x!, [0, 7], [rows, 8])), [0, 0], [1, rows]),
      [
        [0, valueAt(7)],
        [16_778, valueAt(16_778 * columns + 7)],
        [rows - 1, valueAt((rows - 1) * columns + 7)],
      ],
    ),
  ],
];

/** One case or more for each feature. */
export const featureCases: readonly FeatureCase[] = [
  ...small.map(([feature, name, inputs, build, expected]) => ({
    feature,
    name,
    complaints: onNumbers(inputs, build, expected),
  })),
  ...large.map(([name, complaints]) => ({ feature: "largeArrays" as const, name, complaints })),
];
