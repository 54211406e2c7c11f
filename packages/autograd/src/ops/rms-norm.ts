import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { reduceSteps, rowKernel, rowsOf } from "../kernel-reduce";
import { kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { rowType } from "./layer-norm";

export interface RmsNormAttributes {
  readonly epsilon: number;
}

/**
 * x / √(mean(x²) + ε) · weight over the last axis (Zhang & Sennrich, arXiv 1910.07467): x float32 [..., n],
 * weight float32 [n] or none.
 */
export const rmsNorm: Op<[x: Operand, weight?: Operand | null, epsilon?: number], RmsNormAttributes> =
  defineOp(
    {
      name: "rmsNorm",
      infer: (inputs, { epsilon }) => rowType("rmsNorm", inputs, epsilon),
      // With r = 1/√(mean(x²) + ε), x̂ = x r, g = dy · weight: dx = r (g − x̂ mean(g x̂))
      vjp: (dy, { inputs: [x, weight], attributes: { epsilon }, ops }) => {
        const width = x!.shape.at(-1)!;
        const mean = (value: typeof dy) => ops.div(ops.sum(value, { axes: -1, keepDims: true }), width);
        const r = ops.div(1, ops.sqrt(ops.add(mean(ops.mul(x!, x!)), epsilon)));
        const normal = ops.mul(x!, r);
        const g = weight === undefined ? dy : ops.mul(dy, weight);
        const dx = ops.mul(r, ops.sub(g, ops.mul(normal, mean(ops.mul(g, normal)))));
        return weight === undefined ? [dx] : [dx, ops.mul(dy, normal)];
      },
      gpu: ({ inputs: [x, weight], attributes: { epsilon } }) => {
        const { rows, width } = rowsOf(x!.shape);
        const steps = reduceSteps(0, {
          kind: "sum",
          outer: rows,
          length: width,
          inner: 1,
          arrays: { x: 0 },
          element: (at) => `x[${at}] * x[${at}]`,
          finish: `1 / Math.sqrt(s / ${width} + ${epsilon})`,
        });
        const scale = { step: steps.length - 1 };
        const { lines, rowAt, columnAt } = rowKernel(rows, width);
        const value = `x[this.thread.x] * scale[${rowAt}]`;
        const last =
          weight === undefined
            ? { source: kernelText(["x", "scale"], [...lines, `return ${value};`]), args: [0, scale] }
            : {
                source: kernelText(
                  ["x", "scale", "weight"],
                  [...lines, `return ${value} * weight[${columnAt}];`],
                ),
                args: [0, scale, 1],
              };
        return [...steps, { ...last, size: rows * width }];
      },
      onnx: (b, { epsilon }) => {
        const width = b.inputTypes[0]!.shape.at(-1)!;
        const weight = b.inputs[1] ?? b.constant(new Array<number>(width).fill(1), "float32");
        const attributes = { axis: -1, epsilon: { float: epsilon } };
        return b.node("RMSNormalization", [b.inputs[0]!, weight], attributes);
      },
    },
    (x: Operand, weight: Operand | null = null, epsilon = 1e-6) => ({
      inputs: weight === null ? [x] : [x, weight],
      attributes: { epsilon },
    }),
  );
