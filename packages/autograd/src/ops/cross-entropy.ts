import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { reduceSteps } from "../kernel-reduce";
import { factor, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { sameShape, showShape } from "../shape";

export interface CrossEntropyAttributes {
  readonly ignoreIndex: number;
}

/**
 * −ln softmax(logits)[label] of each row: logits float32 [n, classes], labels int32 [n] → [n]. Rows whose label is
 * `ignoreIndex` (default −100) give 0 and no gradient. Other labels must be in 0 … classes − 1: the graph does not
 * see them, ONNX Runtime refuses them, gpu.js gives any number.
 */
export const crossEntropy: Op<
  [logits: Operand, labels: Operand, ignoreIndex?: number],
  CrossEntropyAttributes
> = defineOp(
  {
    name: "crossEntropy",
    infer: ([logits, labels], _attributes) => {
      if (
        logits!.dtype !== "float32" ||
        logits!.shape.length !== 2 ||
        labels!.dtype !== "int32" ||
        !sameShape(labels!.shape, logits!.shape.slice(0, 1))
      )
        throw new AutogradError(
          `crossEntropy: logits ${logits!.dtype}${showShape(logits!.shape)}, labels ${labels!.dtype}${showShape(labels!.shape)}; takes float32 [n, classes] and int32 [n]`,
        );
      return { shape: labels!.shape, dtype: "float32" };
    },
    // d(−ln p[label]) = (p − onehot(label)) dlogits
    vjp: (dy, { inputs: [logits, labels], attributes: { ignoreIndex }, ops }) => {
      const counted = ops.logicalNot(ops.equal(labels!, ignoreIndex));
      const weight = ops.reshape(ops.where(counted, dy, 0), [-1, 1]);
      const difference = ops.sub(ops.softmax(logits!), ops.oneHot(labels!, logits!.shape[1]!));
      return [ops.mul(difference, weight), null];
    },
    gpu: ({ inputs: [logits], attributes: { ignoreIndex } }) => {
      const [rows, classes] = logits!.shape as [number, number];
      const view = { outer: rows, length: classes, inner: 1 };
      const tops = reduceSteps(0, { kind: "max", ...view, arrays: { x: 0 } });
      const top = { step: tops.length - 1 };
      const sums = reduceSteps(tops.length, {
        kind: "sum",
        ...view,
        arrays: { x: 0, top },
        element: (at, row) => `Math.exp(x[${at}] - top[${row}])`,
      });
      const source = kernelText(
        ["logits", "labels", "top", "sum"],
        [
          "const label = labels[this.thread.x];",
          `if (label === ${ignoreIndex}) { return 0; }`,
          `const row = ${factor("this.thread.x", isWide(rows * classes))};`,
          // In this order nothing is lost where the logits are large.
          `return Math.log(sum[row]) + (top[row] - logits[this.thread.x * ${classes} + ${factor("label", isWide(rows * classes))}]);`,
        ],
      );
      return [
        ...tops,
        ...sums,
        { source, args: [0, 1, top, { step: tops.length + sums.length - 1 }], size: rows },
      ];
    },
    // ln Σeˣ − x[label] with ln Σeˣ = max x − ln max p, exact since max p ≥ 1/classes: no table of logarithms,
    // and the gradient's softmax is the same node.
    onnx: (b, { ignoreIndex }) => {
      const [logits, labels] = b.inputs;
      const ignored = b.node("Equal", [labels!, b.constant([ignoreIndex], "int32", [])]);
      const zero = b.constant([0], "float32", []);
      const safe = b.node("Where", [ignored, b.constant([0], "int32", []), labels!]);
      const axis = b.constant([1], "int64");
      const column = b.node("GatherElements", [logits!, b.node("Unsqueeze", [safe, axis])], { axis: 1 });
      const largest = (value: string) => b.node("ReduceMax", [value, axis], { keepdims: 0 });
      const likeliest = largest(b.node("Softmax", [logits!], { axis: -1 }));
      const distance = b.node("Sub", [largest(logits!), b.node("Squeeze", [column, axis])]);
      return b.node("Where", [ignored, zero, b.node("Sub", [distance, b.node("Log", [likeliest])])]);
    },
  },
  (logits: Operand, labels: Operand, ignoreIndex = -100) => ({
    inputs: [logits, labels],
    attributes: { ignoreIndex },
  }),
);
