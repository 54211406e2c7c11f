import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import { onnxNaNs } from "../onnx-reduce";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { reducedShape } from "../reduce";
import { normalizeAxis, showShape, sizeOf } from "../shape";

interface ArgmaxAttributes {
  readonly axis: number;
  readonly keepDims: boolean;
}

/**
 * Index (int32) of the first largest element along `axis` (default: the last) of float32 or int32; of the first NaN
 * where there is one. `keepDims` keeps the axis with size 1.
 */
export const argmax: Op<[x: Operand, axis?: number, options?: { keepDims?: boolean }], ArgmaxAttributes> =
  defineOp(
    {
      name: "argmax",
      infer: ([x], attributes) => {
        const { axis, keepDims } = attributes;
        if ((x!.dtype !== "float32" && x!.dtype !== "int32") || x!.shape[axis] === 0)
          throw new AutogradError(
            `argmax: given ${x!.dtype}${showShape(x!.shape)}, axis ${axis}; takes float32 or int32 with at least 1 element on the axis`,
          );
        return { shape: reducedShape(x!.shape, { axes: [axis], keepDims }), dtype: "int32" };
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
            "  if (x > best || (x !== x && best === best)) { best = x; place = j; }",
            "}",
            "return place;",
          ],
        );
        return [{ source, args: [0], size }];
      },
      onnx: (b, { axis, keepDims }) => {
        const [x] = b.inputs as [string];
        const place = (value: string) => b.node("ArgMax", [value], { axis, keepdims: keepDims ? 1 : 0 });
        if (b.inputTypes[0]!.dtype === "int32") return b.node("Cast", [place(x)], { to: 6 });
        // ONNX Runtime passes over NaN behind the first element.
        const { marks, lines } = onnxNaNs(b, x, [axis], keepDims);
        return b.node("Cast", [b.node("Where", [lines, place(marks), place(x)])], { to: 6 });
      },
    },
    (x: Operand, axis = -1, { keepDims = false }: { keepDims?: boolean } = {}) => {
      const tensor = toTensor("argmax", x);
      return { inputs: [tensor], attributes: { axis: normalizeAxis("argmax", axis, tensor.rank), keepDims } };
    },
  );
