import type { Shape } from "./dtype";
import { broadcastStrides, collapse, coordinates, indexText, isWide, kernelText } from "./kernel-text";
import type { GpuStep } from "./op";
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

const unroll = 8;
const sums = ["s0", "s1", "s2", "s3"];

/** Batched matrix product of arguments 0 and 1, each output element one dot product unrolled over 4 sums. */
export const productStep = (product: Product): GpuStep => {
  const { batch, m, k, n, transposeA, transposeB, batchA, batchB, bias } = product;
  const size = sizeOf(batch) * m * n;
  const scaled = (strides: readonly number[], by: number) => strides.map((stride) => stride * by);
  const walk = collapse({
    shape: [...batch, m, n],
    strides: [
      [...scaled(broadcastStrides(batchA, batch), m * k), transposeA ? 1 : k, 0],
      [...scaled(broadcastStrides(batchB, batch), k * n), 0, transposeB ? k : 1],
      [...batch.map(() => 0), 0, 1],
    ],
  });
  const wide = isWide(size, sizeOf(batchA) * m * k, sizeOf(batchB) * k * n);
  const { lines, at } = coordinates(walk.shape, wide);
  const [aText, bText, biasText] = walk.strides.map((strides) => indexText(at, strides));
  // Where each operand begins: a local variable, unless that would round it.
  const [aStart, bStart] = wide ? [aText!, bText!] : ["p", "q"];
  const starts = wide ? [] : [`const p = ${aText};`, `const q = ${bText};`];
  const [aStep, bStep] = [transposeA ? m : 1, transposeB ? 1 : n];
  const times = (name: string, by: number) => (by === 1 ? name : `${name} * ${by}`);
  const term = (sum: string, aAt: string, bAt: string) => `${sum} += a[${aStart} + ${aAt}] * b[${bStart} + ${bAt}];`;
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
  const total = "(s0 + s1) + (s2 + s3)";
  const source = kernelText(bias ? ["a", "b", "bias"] : ["a", "b"], [
    ...lines,
    ...starts,
    ...sums.map((sum) => `let ${sum} = 0.0;`),
    ...(whole > 0 ? [`for (let i = 0; i < ${whole}; i += ${unroll}) {`, ...body.map((line) => `  ${line}`), "}"] : []),
    ...tail,
    bias ? `return ${total} + bias[${biasText}];` : `return ${total};`,
  ]);
  return { source, args: bias ? [0, 1, 2] : [0, 1], size, work: k };
};
