import type { Op, Operand } from "../define-op";
import { defineOp, toTensor } from "../define-op";
import { AutogradError } from "../errors";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import { normalizeAxis, sizeOf } from "../shape";

interface ArgmaxAttributes {
  readonly axis: number;
}

/** Index (int32) of the first largest element along `axis` (default: the last). */
export const argmax: Op<[x: Operand, axis?: number], ArgmaxAttributes> = defineOp(
  {
    name: "argmax",
    infer: ([x], { axis }) => {
      if (x!.dtype !== "float32" || x!.shape[axis] === 0)
        throw new AutogradError(
          `argmax: given ${x!.dtype}; takes float32 with at least 1 element on the axis`,
        );
      return { shape: x!.shape.filter((_, i) => i !== axis), dtype: "int32" };
    },
    vjp: null,
    gpu: ({ inputs: [x], output, attributes: { axis } }) => {
      const size = sizeOf(output.shape);
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const length = x!.shape[axis]!;
      const wide = isWide(sizeOf(x!.shape));
      const walk = collapse({ shape: [size / inner, inner], strides: [[length * inner, 1]] });
      const { lines, at } = coordinates(walk.shape, wide);
      const start = indexText(at, walk.strides[0]!);
      const source = kernelText(
        ["xData"],
        [
          ...lines,
          `let best = xData[${start}];`,
          "let place = 0.0;",
          `for (let j = 1; j < ${length}; j++) {`,
          `  const x = xData[${start} + ${factor("j", wide)} * ${inner}];`,
          "  if (x > best) { best = x; place = j; }",
          "}",
          "return place;",
        ],
      );
      return [{ source, args: [0], size }];
    },
    onnx: (b, { axis }) => b.node("Cast", [b.node("ArgMax", b.inputs, { axis, keepdims: 0 })], { to: 6 }),
  },
  (x: Operand, axis = -1) => {
    const tensor = toTensor("argmax", x);
    return { inputs: [tensor], attributes: { axis: normalizeAxis("argmax", axis, tensor.rank) } };
  },
);
