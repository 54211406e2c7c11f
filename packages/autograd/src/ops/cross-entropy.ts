import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { sameShape, showShape } from "../shape";

export interface CrossEntropyAttributes {
  readonly ignoreIndex: number;
}

/**
 * −ln softmax(logits)[label] of each row: logits [n, classes], labels int32 [n] → [n]. Rows whose label is
 * `ignoreIndex` (default −100) give 0 and no gradient.
 */
export const crossEntropy: Op<[logits: Operand, labels: Operand, ignoreIndex?: number], CrossEntropyAttributes> = defineOp(
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
    gpu: () => [],
    onnx: (b, { ignoreIndex }) =>
      b.node("SoftmaxCrossEntropyLoss", b.inputs, { ignore_index: ignoreIndex, reduction: "none" }),
  },
  (logits: Operand, labels: Operand, ignoreIndex = -100) => ({
    inputs: [logits, labels],
    attributes: { ignoreIndex },
  }),
);
