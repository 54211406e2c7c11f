import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import { AutogradError } from "../errors";
import { collapse, coordinates, factor, indexText, isWide, kernelText } from "../kernel-text";
import type { GpuStep } from "../lowering";
import type { CumsumOptions } from "../op-options";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import { normalizeAxis, showShape, sizeOf } from "../shape";

interface CumsumAttributes extends Required<CumsumOptions> {
  readonly axis: number;
}

/** Sums of all elements up to each one along `axis`; float32 or int32. */
export const cumsum: Op<[x: Operand, axis: number, options?: CumsumOptions], CumsumAttributes> = defineOp(
  {
    name: "cumsum",
    infer: ([x]) => {
      if (x!.dtype !== "float32" && x!.dtype !== "int32")
        throw new AutogradError(
          `cumsum: given ${x!.dtype}${showShape(x!.shape)}; takes float32 or int32; use cast`,
        );
      return { shape: x!.shape, dtype: x!.dtype };
    },
    // dxᵢ = Σ dyⱼ over the sums that xᵢ is in: those after it
    vjp: (dy, { attributes: { axis, reverse, exclusive }, ops }) => [
      ops.cumsum(dy, axis, { reverse: !reverse, exclusive }),
    ],
    gpu: ({ inputs: [x], attributes }) => sumSteps(x!.shape, attributes),
    onnx: (b, { axis, reverse, exclusive }) =>
      b.node("CumSum", [b.inputs[0]!, b.constant([axis], "int64", [])], {
        reverse: reverse ? 1 : 0,
        exclusive: exclusive ? 1 : 0,
      }),
  },
  (x: Operand, axis: number, { reverse = false, exclusive = false }: CumsumOptions = {}) => {
    const tensor = toTensor("cumsum", x);
    return {
      inputs: [tensor],
      attributes: { axis: normalizeAxis("cumsum", axis, tensor.rank), reverse, exclusive },
    };
  },
);

/** Lines up to this length are summed in one kernel. */
const oneKernel = 32;

/** Sums of √length elements first; each result then adds the sums before its part, and the elements of it. */
const sumSteps = (
  shape: readonly number[],
  { axis, reverse, exclusive }: CumsumAttributes,
): readonly GpuStep[] => {
  const length = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const wide = isWide(sizeOf(shape));
  const chunk = length <= oneKernel ? length : Math.ceil(Math.sqrt(length));
  const parts = Math.ceil(length / chunk);
  const guard = length % chunk === 0 ? "" : `if (place < ${length}) `;
  const element = (start: string) => `x[${factor("place", wide)} * ${inner} + ${start}]`;

  const partWalk = collapse({
    shape: [outer, parts, inner],
    strides: [
      [length * inner, 0, 1],
      [0, 1, 0],
    ],
  });
  const part = coordinates(partWalk.shape, wide);
  const [partStart, partAt] = partWalk.strides.map((strides) => indexText(part.at, strides));
  const totals: GpuStep = {
    source: kernelText(
      ["x"],
      [
        ...part.lines,
        `const first = (${partAt}) * ${chunk};`,
        "let s = 0.0;",
        `for (let j = 0; j < ${chunk}; j++) { const place = first + j; ${guard}{ s += ${element(partStart!)}; } }`,
        "return s;",
      ],
    ),
    args: [0],
    size: outer * parts * inner,
    work: chunk,
  };

  const walk = collapse({
    shape: [outer, length, inner],
    strides: [
      [length * inner, 0, 1],
      [parts * inner, 0, 1],
      [0, 1, 0],
    ],
  });
  const { lines, at } = coordinates(walk.shape, wide);
  const [start, totalStart, here] = walk.strides.map((strides) => indexText(at, strides));
  const taken = `place ${reverse ? ">" : "<"}${exclusive ? "" : "="} here`;
  const limit = length % chunk === 0 || !reverse ? "" : ` && place < ${length}`;
  const single = parts === 1;
  const sums: GpuStep = {
    source: kernelText(single ? ["x"] : ["x", "totals"], [
      ...lines,
      `const here = ${here};`,
      single ? "const part = 0;" : `const part = Math.floor((here + 0.5) * ${1 / chunk});`,
      "let s = 0.0;",
      ...(single
        ? []
        : [
            `for (let p = 0; p < ${parts}; p++) { if (p ${reverse ? ">" : "<"} part) { s += totals[${factor("p", wide)} * ${inner} + ${totalStart}]; } }`,
          ]),
      `for (let j = 0; j < ${chunk}; j++) { const place = part * ${chunk} + j; if (${taken}${limit}) { s += ${element(start!)}; } }`,
      "return s;",
    ]),
    args: single ? [0] : [0, { step: 0 }],
    size: outer * length * inner,
    work: chunk + parts,
  };
  return single ? [sums] : [totals, sums];
};
