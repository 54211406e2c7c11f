import type { Shape } from "./dtype";
import type { StepArgument } from "./kernel-reduce";
import {
  broadcastStrides,
  collapse,
  coordinates,
  indexText,
  isWide,
  kernelText,
  viewKernel,
} from "./kernel-text";
import type { GpuContext, GpuStep } from "./lowering";
import { sizeOf } from "./shape";

export interface Product {
  readonly batch: Shape;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Leading axes of the operands. */
  readonly batchA: Shape;
  readonly batchB: Shape;
  /** Whether a third argument holds n biases. */
  readonly bias: boolean;
}

type Mode = GpuContext<object>["mode"];

const unroll = 8;
const sums = ["s0", "s1", "s2", "s3"];
const total = "(s0 + s1) + (s2 + s3)";

/** From this many multiply-adds on, an operand is first stored so that both are read along their rows. */
const workForCopies = 4096;

/**
 * Batched matrix product of arguments 0 and 1. On processors both operands are brought to rows of k first; on
 * GPUs neighbouring threads read neighbouring columns, so that operands stay as they are.
 */
export const productSteps = (product: Product, mode: Mode): GpuStep[] => {
  const { batch, m, k, n } = product;
  const rows = sizeOf(batch) * m;
  if ((mode !== "cpu" && mode !== "webasm") || rows * k * n < workForCopies)
    return [flatProduct(product, 0, 1)];
  const steps: GpuStep[] = [];
  let { transposeA, transposeB } = product;
  let [a, b]: StepArgument[] = [0, 1];
  if (transposeA && m > 1 && n >= unroll) {
    steps.push(turned(0, product.batchA, k, m));
    a = { step: steps.length - 1 };
    transposeA = false;
  }
  if (!transposeB && n > 1 && m >= unroll) {
    steps.push(turned(1, product.batchB, k, n));
    b = { step: steps.length - 1 };
    transposeB = true;
  }
  const turnedProduct = { ...product, transposeA, transposeB };
  const scalar = mode === "webasm" && !isWide(rows, n);
  steps.push((scalar ? scalarProduct : flatProduct)(turnedProduct, a!, b!));
  return steps;
};

/** [..., rows, columns] of an input to [..., columns, rows]. */
const turned = (input: number, batch: Shape, rows: number, columns: number): GpuStep => {
  const count = sizeOf(batch);
  const shape = [count, columns, rows];
  return viewKernel(input, sizeOf(shape), shape, [rows * columns, 1, columns]);
};

/** Strides of both operands along [batch, m], and along n and k. */
const stridesIn = ({ batch, m, k, n, transposeA, transposeB, batchA, batchB }: Product) => {
  const scaled = (strides: readonly number[], by: number) => strides.map((stride) => stride * by);
  return {
    a: {
      rows: [...scaled(broadcastStrides(batchA, batch), m * k), transposeA ? 1 : k],
      n: 0,
      k: transposeA ? m : 1,
    },
    b: {
      rows: [...scaled(broadcastStrides(batchB, batch), k * n), 0],
      n: transposeB ? k : 1,
      k: transposeB ? 1 : n,
    },
  };
};

const argumentsOf = (a: StepArgument, b: StepArgument, bias: boolean) => (bias ? [a, b, 2] : [a, b]);
const named = (bias: boolean) => (bias ? ["a", "b", "bias"] : ["a", "b"]);
const times = (name: string, by: number) => (by === 1 ? name : `${name} * ${by}`);

/** Each element a dot product, unrolled over 4 sums. */
const flatProduct = (product: Product, a: StepArgument, b: StepArgument): GpuStep => {
  const { batch, m, k, n, batchA, batchB, bias } = product;
  const size = sizeOf(batch) * m * n;
  const strides = stridesIn(product);
  const walk = collapse({
    shape: [...batch, m, n],
    strides: [
      [...strides.a.rows, strides.a.n],
      [...strides.b.rows, strides.b.n],
      [...batch.map(() => 0), 0, 1],
    ],
  });
  const wide = isWide(size, sizeOf(batchA) * m * k, sizeOf(batchB) * k * n);
  const { lines, at } = coordinates(walk.shape, wide);
  const [aText, bText, biasText] = walk.strides.map((list) => indexText(at, list));
  // Where each operand begins: a local variable, unless that would round it.
  const [aStart, bStart] = wide ? [aText!, bText!] : ["p", "q"];
  const starts = wide ? [] : [`const p = ${aText};`, `const q = ${bText};`];
  const [aStep, bStep] = [strides.a.k, strides.b.k];
  const term = (sum: string, aAt: string, bAt: string) =>
    `${sum} += a[${aStart} + ${aAt}] * b[${bStart} + ${bAt}];`;
  const whole = k - (k % unroll);
  const i = wide ? "(i | 0)" : "i";
  const body = Array.from({ length: unroll }, (_, u) =>
    u === 0
      ? term(sums[0]!, times(i, aStep), times(i, bStep))
      : term(sums[u % 4]!, `${times(i, aStep)} + ${u * aStep}`, `${times(i, bStep)} + ${u * bStep}`),
  );
  const tail = Array.from({ length: k - whole }, (_, u) =>
    term(sums[u % 4]!, String((whole + u) * aStep), String((whole + u) * bStep)),
  );
  const source = kernelText(named(bias), [
    ...lines,
    ...starts,
    ...sums.map((sum) => `let ${sum} = 0.0;`),
    ...(whole > 0
      ? [`for (let i = 0; i < ${whole}; i += ${unroll}) {`, ...body.map((line) => `  ${line}`), "}"]
      : []),
    ...tail,
    bias ? `return ${total} + bias[${biasText}];` : `return ${total};`,
  ]);
  return { source, args: argumentsOf(a, b, bias), size, work: k };
};

/** The same for webasm: one element at a time, its places in integer registers. */
const scalarProduct = (product: Product, a: StepArgument, b: StepArgument): GpuStep => {
  const { batch, m, k, n, bias } = product;
  const rows = sizeOf(batch) * m;
  const strides = stridesIn(product);
  const walk = collapse({ shape: [...batch, m], strides: [strides.a.rows, strides.b.rows] });
  const { lines, at } = coordinates(walk.shape, false, "this.thread.z");
  const factors = at.map((name) => (name === "this.thread.z" ? name : `(${name} | 0)`));
  const [aText, bText] = walk.strides.map((list) => indexText(factors, list));
  const [aStep, bStep] = [strides.a.k, strides.b.k];
  const term = (u: number) =>
    `${sums[u % 4]} += a[${u === 0 ? "p" : `p + ${u * aStep}`}] * b[${u === 0 ? "q" : `q + ${u * bStep}`}];`;
  const terms = (count: number) => Array.from({ length: count }, (_, u) => term(u));
  const whole = k - (k % unroll);
  const source = kernelText(
    [...named(bias), "i", "p", "q"],
    [
      ...lines,
      `p = ${aText};`,
      `q = ${bText} + ${times("this.thread.y", strides.b.n)};`,
      ...sums.map((sum) => `let ${sum} = 0.0;`),
      `for (i = 0; i < ${whole}; i += ${unroll}) {`,
      ...terms(unroll).map((line) => `  ${line}`),
      `  p = p + ${unroll * aStep};`,
      `  q = q + ${unroll * bStep};`,
      "}",
      ...terms(k - whole),
      bias ? `return ${total} + bias[this.thread.y];` : `return ${total};`,
    ],
  );
  const scalar = { y: n, z: rows, registers: ["i", "p", "q"] };
  return { source, args: argumentsOf(a, b, bias), size: rows * n, work: k, scalar };
};
