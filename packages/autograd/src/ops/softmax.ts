import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import type { TensorType } from "../host-tensor";
import type { StepArgument } from "../kernel-reduce";
import { reduceSteps } from "../kernel-reduce";
import { collapse, coordinates, indexText, isWide, kernelText } from "../kernel-text";
import type { GpuStep } from "../lowering";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxis, showShape, sizeOf } from "../shape";

export interface SoftmaxAttributes {
  readonly axis: number;
}

/**
 * eˣ / Σeˣ along `axis` (default: the last), the largest element subtracted first: x float32 with an axis, of the
 * same shape. Elements −∞ get 0; a line of nothing else is NaN.
 */
export const softmax: Op<[x: Operand, axis?: number], SoftmaxAttributes> = defineOp(
  {
    name: "softmax",
    infer: ([x]) => lineType("softmax", x!),
    // dx = y (dy − Σ dy y)
    vjp: (dy, { output: y, attributes: { axis }, ops }) => [
      ops.mul(y, ops.sub(dy, ops.sum(ops.mul(dy, y), { axes: axis, keepDims: true }))),
    ],
    gpu: ({ inputs: [x], attributes: { axis } }) => {
      const lines = linesOf(x!.shape, axis);
      const tops = reduceSteps(0, { kind: "max", ...lines.view, arrays: { x: 0 } });
      const steps = [...tops, lines.step({ x: 0, top: { step: tops.length - 1 } }, "Math.exp(x - top)")];
      const e = { step: steps.length - 1 };
      steps.push(...reduceSteps(steps.length, { kind: "sum", ...lines.view, arrays: { e } }));
      return [...steps, lines.step({ e, sum: { step: steps.length - 1 } }, "e / sum")];
    },
    onnx: (b, { axis }) => b.node("Softmax", b.inputs, { axis }),
  },
  (x: Operand, axis = -1) => bindLine("softmax", x, axis),
);

/**
 * ln softmax along `axis` (default: the last), as (x − max) − ln Σe^(x − max): exact also where the logits are
 * large. x float32 with an axis, of the same shape.
 */
export const logSoftmax: Op<[x: Operand, axis?: number], SoftmaxAttributes> = defineOp(
  {
    name: "logSoftmax",
    infer: ([x]) => lineType("logSoftmax", x!),
    // dx = dy − softmax(x) Σ dy
    vjp: (dy, { inputs: [x], attributes: { axis }, ops }) => [
      ops.sub(dy, ops.mul(ops.softmax(x!, axis), ops.sum(dy, { axes: axis, keepDims: true }))),
    ],
    gpu: ({ inputs: [x], attributes: { axis } }) => {
      const lines = linesOf(x!.shape, axis);
      const tops = reduceSteps(0, { kind: "max", ...lines.view, arrays: { x: 0 } });
      const top = { step: tops.length - 1 };
      // The same kernel as softmax has: a graph with both runs it once.
      const steps = [...tops, lines.step({ x: 0, top }, "Math.exp(x - top)")];
      const e = { step: steps.length - 1 };
      steps.push(...reduceSteps(steps.length, { kind: "sum", ...lines.view, arrays: { e } }));
      return [
        ...steps,
        lines.step({ x: 0, top, sum: { step: steps.length - 1 } }, "(x - top) - Math.log(sum)"),
      ];
    },
    onnx: (b, { axis }) => b.node("LogSoftmax", b.inputs, { axis }),
  },
  (x: Operand, axis = -1) => bindLine("logSoftmax", x, axis),
);

const lineType = (name: string, x: TensorType): TensorType => {
  if (x.dtype !== "float32")
    throw new AutogradError(`${name}: given ${x.dtype}${showShape(x.shape)}; takes float32`);
  return { shape: x.shape, dtype: "float32" };
};

const bindLine = (name: string, x: Operand, axis: number) => {
  const tensor = toTensor(name, x);
  if (tensor.rank === 0) throw new AutogradError(`${name}: given a scalar; takes a tensor with an axis`);
  return { inputs: [tensor], attributes: { axis: normalizeAxis(name, axis, tensor.rank) } };
};

/** Kernels over the lines of an axis. */
const linesOf = (shape: Shape, axis: number) => {
  const view = {
    outer: sizeOf(shape.slice(0, axis)),
    length: shape[axis]!,
    inner: sizeOf(shape.slice(axis + 1)),
  };
  const size = sizeOf(shape);
  const { outer, length, inner } = view;
  const walk = collapse({ shape: [outer, length, inner], strides: [[inner, 0, 1]] });
  const { lines, at } = coordinates(walk.shape, isWide(size));
  const line = indexText(at, walk.strides[0]!);
  /** An expression of arrays by their names: of those as large as x (`x`, `e`), or with one element a line. */
  const step = (arrays: Readonly<Record<string, StepArgument>>, expression: string): GpuStep => {
    const reads = Object.keys(arrays).map((name) =>
      name === "x" || name === "e"
        ? `const ${name} = ${name}Data[this.thread.x];`
        : `const ${name} = ${name}Data[${line}];`,
    );
    const names = Object.keys(arrays).map((name) => `${name}Data`);
    const source = kernelText(names, [...lines, ...reads, `return ${expression};`]);
    return { source, args: Object.values(arrays), size };
  };
  return { view, step };
};
