import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { viewKernel } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxes, sizeOf, stridesOf } from "../shape";

interface FlipAttributes {
  readonly axes: readonly number[];
}

/** The elements in reverse order along `axes` (all by default). */
export const flip: Op<[x: Operand, axes?: number | readonly number[]], FlipAttributes> = defineOp(
  {
    name: "flip",
    infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
    // What was moved there moves back.
    vjp: (dy, { attributes: { axes }, ops }) => [ops.flip(dy, axes)],
    gpu: ({ inputs: [x], attributes: { axes } }) => {
      const { shape } = x!;
      const strides = stridesOf(shape);
      const last = axes.reduce((sum, axis) => sum + (shape[axis]! - 1) * strides[axis]!, 0);
      const turned = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
      return axes.length === 0 ? { alias: 0 } : [viewKernel(0, sizeOf(shape), shape, turned, last)];
    },
    onnx: (b, { axes }) => {
      if (axes.length === 0) return b.node("Identity", b.inputs);
      const all = (value: number) =>
        b.constant(
          axes.map(() => value),
          "int64",
        );
      // The end lies before every place, so that place 0 is taken.
      return b.node("Slice", [b.inputs[0]!, all(-1), all(-(2 ** 31)), b.constant(axes, "int64"), all(-1)]);
    },
  },
  (x: Operand, axes?: number | readonly number[]) => {
    const tensor = toTensor("flip", x);
    const attributes: FlipAttributes = { axes: normalizeAxes("flip", axes, tensor.rank) };
    return { inputs: [tensor], attributes };
  },
);
