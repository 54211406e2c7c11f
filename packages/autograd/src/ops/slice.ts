import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { viewKernel } from "../kernel-text";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { showShape, sizeOf, stridesOf } from "../shape";

interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

/**
 * Elements `start, start + step, … < end` of every axis; a negative start or end counts from the end of its axis.
 * Steps are positive (default 1); `flip` reverses an axis.
 */
export const slice: Op<
  [x: Operand, starts: readonly number[], ends: readonly number[], steps?: readonly number[]],
  SliceAttributes
> = defineOp(
  {
    name: "slice",
    infer: ([x], { starts, ends, steps }) => {
      const shape = x!.shape;
      const valid =
        starts.length === shape.length &&
        ends.length === shape.length &&
        steps.length === shape.length &&
        shape.every(
          (size, i) => 0 <= starts[i]! && starts[i]! <= ends[i]! && ends[i]! <= size && steps[i]! >= 1,
        ) &&
        [...starts, ...ends, ...steps].every((number) => Number.isInteger(number));
      if (!valid)
        throw new AutogradError(
          `slice: [${starts}] to [${ends}] step [${steps}] of ${showShape(shape)}; give 0 ≤ start ≤ end ≤ size, or negative ones from the end, and step ≥ 1 for every axis; flip reverses an axis`,
        );
      return { shape: shape.map((_, i) => Math.ceil((ends[i]! - starts[i]!) / steps[i]!)), dtype: x!.dtype };
    },
    // The cotangent goes back to its places, zeros elsewhere.
    vjp: (dy, { inputs: [x], attributes: { starts, steps }, ops }) => {
      const high = x!.shape.map((size, i) => {
        const count = dy.shape[i]!;
        return size - starts[i]! - (count === 0 ? 0 : (count - 1) * steps[i]! + 1);
      });
      return [ops.pad(dy, starts, high, { interior: steps.map((step) => step - 1) })];
    },
    gpu: ({ inputs: [x], output, attributes: { starts, steps } }) => {
      const strides = stridesOf(x!.shape);
      const offset = starts.reduce((sum, start, i) => sum + start * strides[i]!, 0);
      return [
        viewKernel(
          0,
          sizeOf(x!.shape),
          output.shape,
          strides.map((stride, i) => stride * steps[i]!),
          offset,
        ),
      ];
    },
    onnx: (b, { starts, ends, steps }) => {
      const axes = starts.map((_, i) => i);
      if (axes.length === 0) return b.node("Identity", b.inputs);
      return b.node("Slice", [
        b.inputs[0]!,
        ...[starts, ends, axes, steps].map((list) => b.constant(list, "int64")),
      ]);
    },
  },
  (x: Operand, starts: readonly number[], ends: readonly number[], steps?: readonly number[]) => {
    const tensor = toTensor("slice", x);
    const counted = (list: readonly number[]) =>
      list.map((place, axis) => (place < 0 ? place + (tensor.shape[axis] ?? 0) : place));
    const attributes: SliceAttributes = {
      starts: counted(starts),
      ends: counted(ends),
      steps: steps ?? starts.map(() => 1),
    };
    return { inputs: [tensor], attributes };
  },
);
