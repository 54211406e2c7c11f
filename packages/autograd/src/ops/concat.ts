import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { coordinates, isWide, kernelText } from "../kernel-text";
import type { GpuStep } from "../lowering";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxis, showShape, sizeOf } from "../shape";

interface ConcatAttributes {
  readonly axis: number;
}

/** Tensors joined along `axis`; the other axes agree. */
export const concat: Op<[tensors: readonly Operand[], axis?: number], ConcatAttributes> = defineOp(
  {
    name: "concat",
    infer: (inputs, { axis }) => {
      const first = inputs[0]!;
      const fits = inputs.every(
        (x) =>
          x.dtype === first.dtype &&
          x.shape.length === first.shape.length &&
          x.shape.every((size, i) => i === axis || size === first.shape[i]),
      );
      if (!fits)
        throw new AutogradError(
          `concat: ${inputs.map((x) => x.dtype + showShape(x.shape)).join(", ")} along axis ${axis}; all other axes and the dtype must agree`,
        );
      const length = inputs.reduce((total, x) => total + x.shape[axis]!, 0);
      return { shape: first.shape.map((size, i) => (i === axis ? length : size)), dtype: first.dtype };
    },
    // Each input gets its part of the cotangent.
    vjp: (dy, { inputs, attributes: { axis }, ops }) => {
      let start = 0;
      return inputs.map((x) => {
        const end = start + x.shape[axis]!;
        const part = ops.slice(
          dy,
          dy.shape.map((_, i) => (i === axis ? start : 0)),
          dy.shape.map((size, i) => (i === axis ? end : size)),
        );
        start = end;
        return part;
      });
    },
    gpu: ({ inputs, output: { shape }, attributes: { axis } }) => {
      const inner = sizeOf(shape.slice(axis + 1));
      const outer = sizeOf(shape.slice(0, axis));
      // Two at a time: devices bind few arrays.
      const steps: GpuStep[] = [];
      let joined: GpuStep["args"][number] = 0;
      let width = inputs[0]!.shape[axis]! * inner;
      inputs.slice(1).forEach((input, i) => {
        const added = input.shape[axis]! * inner;
        const total = width + added;
        const wide = isWide(outer * total);
        const { lines, at } = coordinates(outer === 1 ? [total] : [outer, total], wide);
        const [row, column] = outer === 1 ? ["0", at[0]!] : [at[0]!, at[1]!];
        const source = kernelText(
          ["a", "b"],
          [
            ...lines,
            `if (${column} < ${width}) { return a[${row} * ${width} + ${column}]; }`,
            `return b[${row} * ${added} + ${column} - ${width}];`,
          ],
        );
        steps.push({ source, args: [joined, i + 1], size: outer * total });
        joined = { step: i };
        width = total;
      });
      return steps.length === 0 ? { alias: 0 } : steps;
    },
    onnx: (b, { axis }) => b.node("Concat", b.inputs, { axis }),
  },
  (tensors: readonly Operand[], axis = 0) => {
    if (tensors.length === 0) throw new AutogradError("concat: no tensors; give at least one");
    const inputs = tensors.map((x) => toTensor("concat", x));
    return { inputs, attributes: { axis: normalizeAxis("concat", axis, inputs[0]!.rank) } };
  },
);
