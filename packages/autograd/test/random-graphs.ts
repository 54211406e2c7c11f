import type { Engine, HostTensor, Shape } from "../src";
import * as f from "../src";
import { gradients, hostTensor, sizeOf, type Tensor } from "../src";
import { tryBroadcast } from "../src/shape";
import { relativeError, runOnce } from "./golden-cases";

/**
 * Random small graphs that every engine must agree on, made of any natural numbers: no engine has a say in what
 * is built. Free of Node and of the test runner, so that pages of a browser run them too.
 *
 * Numbers stay near 1 and functions tame, so that rounding is not magnified; what jumps (comparisons, floors,
 * indices) sees integers only, which are exact everywhere.
 */
export type GraphChoices = readonly StepChoice[];

/** Which step, on which two of the values made so far, and how. */
export type StepChoice = readonly [step: number, a: number, b: number, how: number];

export interface RandomGraph {
  readonly feeds: readonly HostTensor[];
  /** The last values, one gradient for each float feed. */
  readonly build: (...inputs: Tensor[]) => readonly Tensor[];
}

type Step = (a: Tensor, b: Tensor, how: number) => Tensor;

/** One of a list. */
const pick = <T>(list: readonly T[], how: number): T => list[how % list.length]!;
/** One of the axes of a tensor that has some. */
const axisOf = (x: Tensor, how: number): number => how % x.rank;
/** Some of the axes. */
const axesOf = (x: Tensor, how: number): number[] =>
  [...x.shape.keys()].filter((axis) => (how >> axis) % 2 === 1);
const ranked = (x: Tensor): Tensor => (x.rank === 0 ? f.reshape(x, [1]) : x);
/** `b` so that it broadcasts with `a`: itself, or one number of it. */
const meet = (a: Tensor, b: Tensor): Tensor => (tryBroadcast(a.shape, b.shape) === null ? f.mean(b) : b);
const meetIntegers = (a: Tensor, b: Tensor): Tensor =>
  tryBroadcast(a.shape, b.shape) === null ? f.max(b) : b;
/** int32 numbers in the given shape that look random: 0 … below − 1. */
const scattered = (shape: Shape, below: number, how: number): Tensor =>
  f.reshape(
    f.remainder(f.mul(f.add(f.arange(0, sizeOf(shape), { dtype: "int32" }), how % 97), 37), below),
    shape,
  );

const unaries: readonly ((x: Tensor) => Tensor)[] = [
  f.tanh,
  f.sin,
  f.cos,
  f.sigmoid,
  f.erf,
  f.atan,
  f.abs,
  f.relu,
  f.neg,
  f.geluTanh,
  f.silu,
  (x) => f.exp(f.neg(f.square(x))),
  (x) => f.sqrt(f.add(f.square(x), 1)),
  (x) => f.log1p(f.square(x)),
  (x) => f.log(f.add(f.square(x), 0.5)),
  (x) => f.expm1(f.tanh(x)),
  (x) => f.asinh(x),
  (x) => f.pow(f.add(f.square(x), 1), -0.7),
  (x) => f.rsqrt(f.add(f.square(x), 1)),
  (x) => f.clamp(x, { min: -0.7654321, max: 0.8765432 }),
];

const binaries: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => f.mul(f.add(a, b), 0.5),
  (a, b) => f.sub(a, f.mul(b, 0.3)),
  (a, b) => f.mul(a, f.tanh(b)),
  (a, b) => f.div(a, f.add(f.square(b), 1)),
  // Not a maximum of one value with itself, computed in two ways.
  (a, b) => f.maximum(a, f.add(f.mul(b, 0.713), 0.1234567)),
  (a, b) => f.minimum(a, f.add(f.mul(b, 0.691), 0.2345678)),
  (a, b) => f.atan2(a, f.add(f.square(b), 0.5)),
];

const reductions: readonly ((x: Tensor, options: { axes: number[]; keepDims: boolean }) => Tensor)[] = [
  (x, options) => f.mul(f.sum(x, options), 0.2),
  f.mean,
  f.max,
  f.min,
  f.logSumExp,
  (x, options) => f.prod(f.tanh(x), options),
  (x, options) => f.variance(x, { ...options, correction: 0 }),
  (x, options) => f.std(f.concat([ranked(x), f.add(ranked(x), 1.5)]), { ...options, axes: 0, correction: 0 }),
  (x, options) => f.norm(f.add(f.square(x), 0.1), options),
];

const moves: readonly Step[] = [
  (a) => f.transpose(a, [...a.shape.keys()].reverse()),
  (a, _, how) => f.flip(a, axesOf(a, how)),
  (a, _, how) => f.roll(a, 1 + (how % 5)),
  (a, _, how) => f.roll(ranked(a), -1 - (how % 3), axisOf(ranked(a), how)),
  (a) => f.flatten(a),
  (a) => f.squeeze(a),
  (a, _, how) => f.unsqueeze(a, how % (a.rank + 1)),
  (a, _, how) => f.broadcastTo(a, [1 + (how % 3), ...a.shape]),
  (a, _, how) => f.tile(a, [1 + (how % 3)]),
  (a, _, how) => f.repeat(ranked(a), 1 + (how % 3), axisOf(ranked(a), how)),
  (a, _, how) =>
    f.slice(
      a,
      a.shape.map((size) => (size > 1 ? how % 2 : 0)),
      [...a.shape],
      a.shape.map((_, i) => 1 + ((how >> i) % 2)),
    ),
  (a, _, how) =>
    f.pad(
      a,
      a.shape.map((_, i) => (how >> i) % 2),
      a.shape.map((_, i) => (how >> (i + 1)) % 2),
      { interior: a.shape.map((_, i) => (how >> (i + 2)) % 2) },
    ),
  (a, _, how) => f.concat([ranked(a), f.mul(ranked(a), 0.5), f.flip(ranked(a))], axisOf(ranked(a), how)),
  (a, b, how) => f.stack([a, f.mul(f.broadcastTo(f.mean(b), a.shape), 0.5)], how % (a.rank + 1)),
  (a, _, how) => {
    const axis = axisOf(ranked(a), how);
    const size = ranked(a).shape[axis]!;
    const [first, second] = f.split(ranked(a), [how % (size + 1), size - (how % (size + 1))], axis);
    return f.concat([second!, first!], axis);
  },
];

const rowSteps: readonly Step[] = [
  (a, _, how) => f.softmax(a, axisOf(a, how)),
  (a, _, how) => f.mul(f.logSoftmax(a, axisOf(a, how)), 0.3),
  (a, b) => {
    const width = a.shape.at(-1)!;
    const weight = f.reshape(f.gather(f.flatten(b), scattered([width], b.size, 3)), [width]);
    return f.layerNorm(a, weight, weight, 0.5);
  },
  (a, _, how) =>
    f.mul(f.cumsum(a, axisOf(a, how), { reverse: how % 2 === 1, exclusive: how % 3 === 1 }), 0.3),
  (a, _, how) => f.gather(a, scattered([1 + (how % 4)], a.shape[axisOf(a, how)]!, how), axisOf(a, how)),
  (a, _, how) => f.gather(a, scattered([2, 1 + (how % 2)], a.shape[0]!, how)),
  (a, _, how) => {
    const axis = axisOf(a, how);
    const indices = scattered(a.shape.with(axis, 1 + (how % 3)), a.shape[axis]!, how);
    return f.takeAlongAxis(a, indices, axis);
  },
  (a, _, how) => f.mul(f.scatterAdd(a, scattered([a.shape[0]!], 4, how), 4), 0.5),
  (a, _, how) => {
    const axis = axisOf(a, how);
    return f.mul(f.scatterAddAlongAxis(a, scattered(a.shape, 3, how), 3, axis), 0.5);
  },
  (a) => {
    const rows = f.reshape(a, [-1, a.shape.at(-1)!]);
    return f.mul(f.matmul(rows, rows, { transposeB: true }), 0.3);
  },
  (a, b) => {
    const width = a.shape.at(-1)!;
    const square = f.gather(f.flatten(b), scattered([width, width], b.size, 5));
    return f.mul(f.matmul(f.reshape(a, [-1, width]), square), 0.3);
  },
  (a, _, how) => f.tril(f.reshape(a, [-1, a.shape.at(-1)!]), (how % 3) - 1),
];

const floatSteps: readonly Step[] = [
  (a, b, how) => pick(binaries, how)(a, meet(a, b)),
  (a, b, how) => pick(binaries, how >> 3)(meet(b, a), b),
  (a, _, how) => pick(unaries, how)(a),
  (a, _, how) => pick(reductions, how)(a, { axes: axesOf(a, how >> 4), keepDims: (how >> 3) % 2 === 1 }),
  (a, b, how) => pick(moves, how)(a, b, how >> 4),
  (a, b, how) => pick(rowSteps, how)(ranked(a), b, how >> 4),
  (a, b, how) => f.where(f.less(scattered(a.shape, 5, how), 2), a, meet(a, b)),
];

/** Integers stay within ±100, so that they are exact on every engine. */
const integerSteps: readonly Step[] = [
  (a, b) => f.remainder(f.add(f.mul(a, 3), meetIntegers(a, b)), 17),
  (a, b) => f.floorDivide(f.mul(a, 7), meetIntegers(a, b)),
  (a, b) => f.remainder(f.mul(a, 5), meetIntegers(a, b)),
  (a, b) => f.maximum(a, meetIntegers(a, b)),
  (a, b) => f.sub(f.minimum(a, meetIntegers(a, b)), 1),
  (a) => f.neg(f.abs(a)),
  (a, _, how) => f.clamp(f.mul(a, 2), { min: -(how % 20), max: 9 }),
  (a, b) => f.where(f.logicalXor(f.less(a, meetIntegers(a, b)), f.equal(a, 2)), a, 4),
  (a, b) => f.cast(f.logicalOr(f.greaterEqual(a, meetIntegers(a, b)), f.notEqual(a, 1)), "int32"),
  (a, _, how) => f.remainder(f.cumsum(ranked(a), axisOf(ranked(a), how)), 23),
  (a, _, how) => f.remainder(f.sum(a, { axes: axesOf(a, how), keepDims: how % 2 === 0 }), 29),
  (a, _, how) => f.max(a, { axes: axesOf(a, how), keepDims: true }),
  (a, _, how) => f.min(a, { axes: axesOf(a, how) }),
  (a, _, how) => f.argmax(ranked(a), axisOf(ranked(a), how), { keepDims: how % 2 === 1 }),
  (a, _, how) => f.argmin(ranked(a), axisOf(ranked(a), how)),
  (a, _, how) => f.cast(f.any(f.equal(a, how % 5), { axes: axesOf(a, how) }), "int32"),
  (a, _, how) => f.cast(f.all(f.less(a, how % 9), { axes: axesOf(a, how) }), "int32"),
  (a) => f.oneHot(f.remainder(a, 3), 3, "int32"),
  (a, _, how) => f.gather(ranked(a), scattered([2], ranked(a).shape[0]!, how)),
  (a, b, how) => pick(moves.slice(0, 12), how)(a, b, how >> 4),
];

/** Both kinds in one. */
const mixedSteps: readonly ((x: Tensor, integers: Tensor) => Tensor)[] = [
  (x, integers) => f.mul(x, f.mul(f.cast(meetIntegers(x, integers), "float32"), 0.1)),
  (x, integers) => f.where(f.less(meetIntegers(x, integers), 1), x, f.mul(x, 0.5)),
  (x, integers) => f.gather(f.flatten(x), f.remainder(integers, x.size)),
  (x, integers) => f.mul(f.oneHot(f.remainder(integers, 3), 3), f.mean(x)),
];

/** At most so many elements: larger values are cut. */
const largest = 60;

const cut = (x: Tensor): Tensor => {
  let small = x;
  while (small.size > largest || small.rank > 4) {
    const axis = small.rank > 4 ? 0 : small.shape.indexOf(Math.max(...small.shape));
    const ends = small.shape.map((size, i) => (i === axis ? Math.ceil(size / 2) : size));
    small = f.slice(
      small,
      ends.map(() => 0),
      ends,
    );
    if (small.shape[axis] === 1) small = f.squeeze(small, axis);
  }
  return small;
};

const waves = (shape: Shape, seed: number): HostTensor =>
  hostTensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 12.9898 + seed * 3.7 + 0.5) * 1.5),
    shape,
  );

const feeds: readonly HostTensor[] = [
  waves([3, 4], 1),
  waves([2, 1, 4], 2),
  waves([5], 3),
  hostTensor(
    Int32Array.from({ length: 12 }, (_, i) => ((i * 7) % 19) - 9),
    [3, 4],
  ),
];

export const randomGraph = (choices: GraphChoices): RandomGraph => ({
  feeds,
  build: (...inputs) => {
    const floats = inputs.filter(({ dtype }) => dtype === "float32");
    const integers = inputs.filter(({ dtype }) => dtype === "int32");
    const wrt = [...floats];
    // The value made last is taken often, so that graphs get deep.
    const from = (list: readonly Tensor[], at: number): Tensor =>
      list.at(-1 - (at % 5 < 3 ? 0 : at % list.length))!;
    for (const [step, i, j, how] of choices) {
      const [x, y] = [from(floats, i), from(floats, j)];
      const [m, n] = [from(integers, i), from(integers, j)];
      if (step % 4 === 3) integers.push(cut(pick(integerSteps, step >> 2)(m, n, how)));
      else if (step % 8 === 2) floats.push(cut(pick(mixedSteps, step >> 3)(x, m)));
      else floats.push(cut(pick(floatSteps, step >> 2)(x, y, how)));
    }
    const ends = [...floats.slice(-3), ...integers.slice(-2)];
    const last = floats.at(-1)!;
    const score = f.sum(f.mul(last, f.add(f.mul(last, 0.5), f.cast(scattered(last.shape, 5, 1), "float32"))));
    return [...ends, ...gradients(score, wrt)];
  },
});

/** Choices drawn from a seed, for where no library draws them. */
export const choicesFrom = (seed: number, steps = 12): GraphChoices => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    return (Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ (mixed >>> 16)) >>> 8;
  };
  return Array.from({ length: steps }, () => [next(), next(), next(), next()] as const);
};

/**
 * Where two engines disagree on a graph, a sentence each: integers are equal, floats within `tolerance` of the
 * largest number, or of 1 where all are smaller (sums that cancel leave rounding).
 */
export const disagreements = async (
  engine: Engine,
  reference: Engine,
  choices: GraphChoices,
  tolerance = 1e-4,
): Promise<readonly string[]> => {
  const { feeds: given, build } = randomGraph(choices);
  const [ours, theirs] = [await runOnce(engine, given, build), await runOnce(reference, given, build)];
  return theirs.flatMap((expected, i) => {
    const actual = ours[i]!;
    const kind = `${expected.dtype}[${expected.shape.join(", ")}]`;
    if (`${actual.dtype}[${actual.shape.join(", ")}]` !== kind)
      return [`output ${i} is ${actual.dtype}[${actual.shape.join(", ")}], not ${kind}`];
    const scale = Math.max(...Array.from(expected.data, Math.abs), 1e-30);
    const error = relativeError(actual.data, expected.data) * Math.min(scale, 1);
    const limit = expected.dtype === "float32" ? tolerance : 0;
    return error <= limit ? [] : [`output ${i}, ${kind}, is off by ${error.toExponential(1)}`];
  });
};
