import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { reduceSteps, rowKernel, rowsOf } from "../kernel-reduce";
import { kernelText } from "../kernel-text";
import { sameShape, showShape } from "../shape";

export interface LayerNormAttributes {
  readonly epsilon: number;
}

/** (x − mean) / √(variance + ε) · weight + bias over the last axis; weight and bias [width]. */
export const layerNorm: Op<
  [x: Operand, weight: Operand, bias: Operand, epsilon?: number],
  LayerNormAttributes
> = defineOp(
  {
    name: "layerNorm",
    infer: (inputs, _attributes) => {
      const [x, weight, bias] = inputs;
      const width = x!.shape.slice(-1);
      if (
        width.length === 0 ||
        !sameShape(weight!.shape, width) ||
        !sameShape(bias!.shape, width) ||
        inputs.some((input) => input.dtype !== "float32")
      )
        throw new AutogradError(
          `layerNorm: ${inputs.map((i) => i.dtype + showShape(i.shape)).join(", ")}; takes float32 x [..., n], weight [n], bias [n]`,
        );
      return { shape: x!.shape, dtype: "float32" };
    },
    // With x̂ the normalised row, r = 1/√(σ² + ε), g = dy · weight: dx = r (g − mean(g) − x̂ mean(g x̂))
    vjp: (dy, { inputs: [x, weight], attributes: { epsilon }, ops }) => {
      const width = x!.shape.at(-1)!;
      const mean = (value: typeof dy) => ops.div(ops.sum(value, { axes: -1, keepDims: true }), width);
      const centred = ops.sub(x!, mean(x!));
      const r = ops.div(1, ops.sqrt(ops.add(mean(ops.mul(centred, centred)), epsilon)));
      const normal = ops.mul(centred, r);
      const g = ops.mul(dy, weight!);
      const dx = ops.mul(r, ops.sub(ops.sub(g, mean(g)), ops.mul(normal, mean(ops.mul(g, normal)))));
      return [dx, ops.mul(dy, normal), dy];
    },
    gpu: ({ inputs: [x], attributes: { epsilon } }) => {
      const { rows, width } = rowsOf(x!.shape);
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
      const source = kernelText(
        ["x", "mean", "scale", "weight", "bias"],
        [
          ...lines,
          `return (x[this.thread.x] - mean[${rowAt}]) * scale[${rowAt}] * weight[${columnAt}] + bias[${columnAt}];`,
        ],
      );
      return [...means, ...scales, { source, args: [0, mean, scale, 1, 2], size: rows * width }];
    },
    onnx: (b, { epsilon }) =>
      b.node("LayerNormalization", b.inputs, { axis: -1, epsilon: { float: epsilon } }),
  },
  (x: Operand, weight: Operand, bias: Operand, epsilon = 1e-5) => ({
    inputs: [x, weight, bias],
    attributes: { epsilon },
  }),
);
