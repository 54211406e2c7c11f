import type { Shape } from "./dtype";
import type { GpuContext, GpuLowering, GpuStep } from "./lowering";
import { sizeOf, stridesOf } from "./shape";

/**
 * Text of gpu.js kernels: index arithmetic that stays exact although every device computes in float32.
 *
 * Up to `exactSize` elements, ⌊i / d⌋ = ⌊(i + ½) · (1/d)⌋ holds in float32: (i + ½)/d is at least ½/d away
 * from an integer and the two roundings move it by less than i/d · 2⁻²³. Beyond, quotients are corrected by
 * one, and products of local variables are made where the index is used, as integers (`|0`), since a local
 * variable is a float32. For the same reason a coordinate that passes `exactQuotient` is kept in two variables.
 */
export const exactSize = 2 ** 22;
const exactQuotient = 2 ** 20;
/** Elements of an axis that the first of two variables counts as one. */
const block = 1024;

/** How a kernel must write its indices: `wide` when any array passes `exactSize`. */
export const isWide = (...sizes: readonly number[]): boolean => sizes.some((size) => size > exactSize);

/** A local variable as a factor of an index. */
export const factor = (name: string, wide: boolean): string => (wide ? `(${name} | 0)` : name);

/** Axes of a kernel's output with, for every source, the stride that the source moves by along each axis. */
export interface Walk {
  readonly shape: Shape;
  readonly strides: readonly (readonly number[])[];
}

/** The same walk over the fewest axes: those of size 1 dropped, neighbours joined where all sources allow. */
export const collapse = ({ shape, strides }: Walk): Walk => {
  const axes: number[] = [];
  const kept: number[][] = strides.map(() => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = axes.length - 1;
    const joins = last >= 0 && strides.every((list, s) => kept[s]![last] === list[axis]! * size);
    if (joins) axes[last]! *= size;
    else axes.push(size);
    strides.forEach((list, s) => {
      if (joins) kept[s]![last] = list[axis]!;
      else kept[s]!.push(list[axis]!);
    });
  });
  return { shape: axes, strides: kept };
};

/** Strides of a source of `shape` under an output of `target` that it broadcasts to. */
export const broadcastStrides = (shape: Shape, target: Shape): number[] => {
  const own = stridesOf(shape);
  const lead = target.length - shape.length;
  return target.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : own[i - lead]!));
};

export interface Coordinates {
  /** Statements that find the coordinates of `this.thread.x`. */
  readonly lines: readonly string[];
  /** The coordinates, as factors of an index. */
  readonly at: readonly string[];
}

/** Coordinates of `this.thread.x` (or another count) in a row-major array of `shape`. */
export const coordinates = (shape: Shape, wide: boolean, thread = "this.thread.x"): Coordinates => {
  const strides = stridesOf(shape);
  const lines: string[] = [];
  const at: string[] = [];
  let rest = thread;
  for (let axis = 0; axis < shape.length - 1; axis++) {
    const stride = strides[axis]!;
    const name = `i${axis}`;
    if (wide) {
      const split = shape[axis]! > exactQuotient;
      const step = split ? stride * block : stride;
      const remainder = `(${rest} - (${name} | 0) * ${step})`;
      lines.push(
        `let ${name} = Math.floor(${rest} / ${step});`,
        `if (${remainder} < 0) { ${name} = ${name} - 1; }`,
        `if (${remainder} >= ${step}) { ${name} = ${name} + 1; }`,
      );
      rest = remainder;
      if (split) {
        lines.push(`const j${axis} = Math.floor((${remainder} + 0.5) * ${1 / stride});`);
        rest = `(${remainder} - (j${axis} | 0) * ${stride})`;
        at.push(`((${name} | 0) * ${block} + (j${axis} | 0))`);
        continue;
      }
    } else {
      lines.push(
        `const ${name} = Math.floor((${rest} + 0.5) * ${1 / stride});`,
        `const r${axis} = ${rest} - ${name} * ${stride};`,
      );
      rest = `r${axis}`;
    }
    at.push(factor(name, wide));
  }
  if (shape.length > 0) at.push(rest);
  return { lines, at };
};

/** Σ at · strides + offset as text. */
export const indexText = (at: readonly string[], strides: readonly number[], offset = 0): string => {
  const terms = at.flatMap((name, i) => {
    const stride = strides[i]!;
    return stride === 0 ? [] : [stride === 1 ? name : `${name} * ${stride}`];
  });
  if (offset !== 0 || terms.length === 0) terms.push(String(offset));
  return terms.join(" + ");
};

export const kernelText = (names: readonly string[], lines: readonly string[]): string =>
  `function (${names.join(", ")}) {\n  ${lines.join("\n  ")}\n}`;

/** One kernel that evaluates `expression` over the broadcast elements of the inputs, named by `names`. */
export const mapKernel = (
  context: GpuContext<object>,
  names: readonly string[],
  expression: string,
): GpuLowering => {
  const { inputs, output } = context;
  const size = sizeOf(output.shape);
  const wide = isWide(size);
  const { shape, strides } = collapse({
    shape: output.shape,
    strides: inputs.map((input) => broadcastStrides(input.shape, output.shape)),
  });
  const { lines, at } = coordinates(shape, wide);
  const reads = names.map((name, i) => `const ${name} = ${name}Data[${indexText(at, strides[i]!)}];`);
  const source = kernelText(
    names.map((name) => `${name}Data`),
    [...lines, ...reads, `return ${expression};`],
  );
  return [{ source, args: names.map((_, i) => i), size }];
};

/** One kernel that copies out of input `input`: element (i₀, i₁, …) of `shape` is at offset + Σ iₖ · stridesₖ. */
export const viewKernel = (
  input: number,
  inputSize: number,
  shape: Shape,
  strides: readonly number[],
  offset = 0,
): GpuStep => {
  const size = sizeOf(shape);
  const walk = collapse({ shape, strides: [strides] });
  const { lines, at } = coordinates(walk.shape, isWide(size, inputSize));
  const source = kernelText(
    ["xData"],
    [...lines, `return xData[${indexText(at, walk.strides[0]!, offset)}];`],
  );
  return { source, args: [input], size };
};

/**
 * Functions that kernels may call, on every device; `Math`'s are there too (engines/gpu/functions.ts mends them).
 *
 * `erf`: least-squares polynomials in x² below 1, and in t = 1/(1 + x/2) for erfc(x)·eˣ²/t above; the error is
 * below 1.5e-7 in float32. `power`: 1 to any power is 1, as in C and torch, and so is −1 to the infinite.
 */
export const kernelFunctions: readonly { source: string; arguments: readonly string[] }[] = [
  {
    arguments: ["x"],
    source: `function erf(x) {
  const a = Math.abs(x);
  const u = a * a;
  if (a < 1) {
    return x * (1.1283791065216064 + u * (-0.3761262595653534 + u * (0.11283597350120544 + u * (-0.02685432881116867
      + u * (0.005189312156289816 + u * (-0.0008018855005502701 + u * 0.00007882497448008507))))));
  }
  const t = 1 / (1 + 0.5 * a);
  const tail = Math.exp(-u) * t * (0.27543059 + t * (0.34268309 + t * (0.02832778 + t * (0.55739075 - t * 0.20378362))));
  if (x < 0) { return tail - 1; }
  return 1 - tail;
}`,
  },
  {
    arguments: ["a", "b"],
    source: `function power(a, b) {
  if (a === 1) { return 1; }
  if (a === -1 && Math.abs(b) > 3.4028234663852886e38) { return 1; }
  return Math.pow(a, b);
}`,
  },
  {
    arguments: ["x"],
    source: `function hyperbolicTangent(x) {
  return Math.tanh(x);
}`,
  },
];
