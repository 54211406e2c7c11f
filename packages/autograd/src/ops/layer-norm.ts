import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import type { TensorType } from "../host-tensor";
import { reduceSteps, rowKernel, rowsOf } from "../kernel-reduce";
import { kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { sameShape, showShape } from "../shape";

export interface LayerNormAttributes {
  readonly epsilon: number;
  /** Whether input 1 is the weight; the bias is the last input but for x and the weight. */
  readonly weighted: boolean;
}

/**
 * (x − mean) / √(variance + ε) · weight + bias over the last axis, the variance that of all n elements:
 * x float32 [..., n], weight and bias float32 [n] or none.
 */
export const layerNorm: Op<
  [x: Operand, weight?: Operand | null, bias?: Operand | null, epsilon?: number],
  LayerNormAttributes
> = defineOp(
  {
    name: "layerNorm",
    infer: (inputs, { epsilon }) => rowType("layerNorm", inputs, epsilon),
    // With x̂ the normalised row, r = 1/√(σ² + ε), g = dy · weight: dx = r (g − mean(g) − x̂ mean(g x̂))
    vjp: (dy, { inputs, attributes: { epsilon, weighted }, ops }) => {
      const x = inputs[0]!;
      const width = x.shape.at(-1)!;
      const mean = (value: typeof dy) => ops.div(ops.sum(value, { axes: -1, keepDims: true }), width);
      const centred = ops.sub(x, mean(x));
      const r = ops.div(1, ops.sqrt(ops.add(mean(ops.mul(centred, centred)), epsilon)));
      const normal = ops.mul(centred, r);
      const g = weighted ? ops.mul(dy, inputs[1]!) : dy;
      const dx = ops.mul(r, ops.sub(ops.sub(g, mean(g)), ops.mul(normal, mean(ops.mul(g, normal)))));
      const dWeight = weighted ? [ops.mul(dy, normal)] : [];
      return [dx, ...dWeight, ...inputs.slice(1 + dWeight.length).map(() => dy)];
    },
    gpu: ({ inputs, attributes: { epsilon, weighted } }) => {
      const { rows, width } = rowsOf(inputs[0]!.shape);
      const view = { kind: "sum", outer: rows, length: width, inner: 1 } as const;
      const means = reduceSteps(0, { ...view, arrays: { x: 0 }, finish: `s / ${width}` });
      const mean = { step: means.length - 1 };
      const scales = reduceSteps(means.length, {
        ...view,
        arrays: { x: 0, mean },
        element: (at, row) => `(x[${at}] - mean[${row}]) * (x[${at}] - mean[${row}])`,
        finish: `1 / Math.sqrt(s / ${width} + ${epsilon})`,
      });
      const scale = { step: means.length + scales.length - 1 };
      const { lines, rowAt, columnAt } = rowKernel(rows, width);
      const names = inputs.slice(1).map((_, i) => (weighted && i === 0 ? "weight" : "bias"));
      const times = names.includes("weight") ? ` * weight[${columnAt}]` : "";
      const plus = names.includes("bias") ? ` + bias[${columnAt}]` : "";
      const source = kernelText(
        ["x", "mean", "scale", ...names],
        [...lines, `return (x[this.thread.x] - mean[${rowAt}]) * scale[${rowAt}]${times}${plus};`],
      );
      const args = [0, mean, scale, ...names.map((_, i) => i + 1)];
      return [...means, ...scales, { source, args, size: rows * width }];
    },
    onnx: (b, { epsilon, weighted }) => {
      const width = b.inputTypes[0]!.shape.at(-1)!;
      const [x, ...rest] = b.inputs;
      const weight = weighted ? rest.shift()! : b.constant(new Array<number>(width).fill(1), "float32");
      return b.node("LayerNormalization", [x!, weight, ...rest], { axis: -1, epsilon: { float: epsilon } });
    },
  },
  (x: Operand, weight: Operand | null = null, bias: Operand | null = null, epsilon = 1e-5) => ({
    inputs: [x, ...(weight === null ? [] : [weight]), ...(bias === null ? [] : [bias])],
    attributes: { epsilon, weighted: weight !== null },
  }),
);

/** The type of normalised rows, which is that of x; what follows x in `inputs` has one number a column. */
export const rowType = (name: string, inputs: readonly TensorType[], epsilon: number): TensorType => {
  const [x, ...columns] = inputs;
  const width = x!.shape.slice(-1);
  if (
    width.length === 0 ||
    width[0] === 0 ||
    columns.some(({ shape }) => !sameShape(shape, width)) ||
    inputs.some(({ dtype }) => dtype !== "float32")
  )
    throw new AutogradError(
      `${name}: ${inputs.map((i) => i.dtype + showShape(i.shape)).join(", ")}; takes float32 x [..., n] with n > 0, and weight and bias [n]`,
    );
  if (!(epsilon >= 0 && Number.isFinite(epsilon)))
    throw new AutogradError(`${name}: epsilon is ${epsilon}; give a number from 0`);
  return { shape: x!.shape, dtype: "float32" };
};
