import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import type { Operand } from "../operand";
import { showShape, sizeOf, stridesOf } from "../shape";

export interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Zeros between neighbours. */
  readonly interior: readonly number[];
}

/** Zeros before (`low`), behind (`high`) and between (`interior`) the elements of every axis. */
export const pad: Op<
  [x: Operand, low: readonly number[], high: readonly number[], options?: { interior?: readonly number[] }],
  PadAttributes
> = defineOp(
  {
    name: "pad",
    infer: ([x], { low, high, interior }) => {
      const rank = x!.shape.length;
      const lists = [low, high, interior];
      if (
        x!.dtype === "bool" ||
        lists.some((list) => list.length !== rank || list.some((n) => !(n >= 0 && Number.isInteger(n))))
      )
        throw new AutogradError(
          `pad: low [${low}], high [${high}], interior [${interior}] for ${x!.dtype}${showShape(x!.shape)}; give counts ≥ 0 for each of ${rank} axes of a number tensor`,
        );
      const shape = x!.shape.map((n, i) => low[i]! + high[i]! + n + Math.max(0, n - 1) * interior[i]!);
      return { shape, dtype: x!.dtype };
    },
    vjp: (dy, { inputs: [x], attributes: { low, interior }, ops }) => {
      const ends = x!.shape.map((n, i) => low[i]! + (n === 0 ? 0 : (n - 1) * (interior[i]! + 1) + 1));
      return [
        ops.slice(
          dy,
          low,
          ends,
          interior.map((n) => n + 1),
        ),
      ];
    },
    gpu: ({ inputs: [x], output, attributes: { low, interior } }) => {
      const size = sizeOf(output.shape);
      const wide = isWide(size);
      const strides = stridesOf(x!.shape);
      const { lines, at } = coordinates(output.shape, wide);
      const checks: string[] = [];
      const places = at.map((coordinate, axis) => {
        const n = x!.shape[axis]!;
        const step = interior[axis]! + 1;
        const before = low[axis]!;
        if (step === 1) {
          // Not in local variables, which would round large coordinates.
          if (before > 0) checks.push(`if (${coordinate} < ${before}) { return 0; }`);
          if (before + n < output.shape[axis]!)
            checks.push(`if (${coordinate} >= ${before + n}) { return 0; }`);
          return before > 0 ? `(${coordinate} - ${before})` : coordinate;
        }
        checks.push(
          `const d${axis} = ${coordinate} - ${before};`,
          `const p${axis} = Math.floor((d${axis} + 0.5) * ${1 / step});`,
          `if (d${axis} < 0 || p${axis} >= ${n} || p${axis} * ${step} !== d${axis}) { return 0; }`,
        );
        return factor(`p${axis}`, wide);
      });
      const source = kernelText(["x"], [...lines, ...checks, `return x[${indexText(places, strides)}];`]);
      return [{ source, args: [0], size }];
    },
    onnx: (b, { low, high, interior }) => {
      // ONNX Runtime pads no uint16, which bfloat16 travels as: its bits pass for float16.
      const bits = b.output.dtype === "bfloat16";
      let value = bits ? b.node("BitCast", b.inputs, { to: 10 }) : b.inputs[0]!;
      let shape = b.inputTypes[0]!.shape;
      const dtype = bits ? "float16" : b.output.dtype;
      interior.forEach((zeros, axis) => {
        const n = shape[axis]!;
        if (zeros === 0 || n < 2) return;
        // [… n …] → [… n 1 …] → [… n 1+zeros …] → [… n(1+zeros) …] without the last zeros
        const split = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)];
        const spread = b.node("Reshape", [value, b.constant(split, "int64")], { allowzero: 1 });
        const widths = [...split.map(() => 0), ...split.map((_, i) => (i === axis + 1 ? zeros : 0))];
        const filled = b.node("Pad", [spread, b.constant(widths, "int64")]);
        const joined = shape.map((size, i) => (i === axis ? n * (1 + zeros) : size));
        const flat = b.node("Reshape", [filled, b.constant(joined, "int64")], { allowzero: 1 });
        value = b.node("Slice", [
          flat,
          b.constant([0], "int64"),
          b.constant([n + (n - 1) * zeros], "int64"),
          b.constant([axis], "int64"),
        ]);
        shape = shape.map((size, i) => (i === axis ? n + (n - 1) * zeros : size));
      });
      if ([...low, ...high].some((count) => count > 0)) {
        // ONNX Runtime joins a Pad with a Conv that it feeds, even with the kernel's side of it: 4 axes between
        // two reshapes are no Conv's.
        const guarded = shape.length === 3;
        const lead = guarded ? [0] : [];
        if (guarded) value = b.node("Reshape", [value, b.constant([1, ...shape], "int64")], { allowzero: 1 });
        const widths = b.constant([...lead, ...low, ...lead, ...high], "int64");
        value = b.node("Pad", [value, widths, b.constant([0], dtype, [])]);
        if (guarded)
          value = b.node("Reshape", [value, b.constant(b.output.shape, "int64")], { allowzero: 1 });
      }
      return bits ? b.node("BitCast", [value], { to: 4 }) : b.node("Identity", [value]);
    },
  },
  (
    x: Operand,
    low: readonly number[],
    high: readonly number[],
    options: { interior?: readonly number[] } = {},
  ) => ({ inputs: [x], attributes: { low, high, interior: options.interior ?? low.map(() => 0) } }),
);
