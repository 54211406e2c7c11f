import type { Op } from "../define-op";
import { defineOp } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import { randomSteps } from "../kernel-random";
import type { OnnxBuilder } from "../lowering";
import type { Operand } from "../operand";
import { firstUpdates, fraction, inverseAbove, modulus, randomKeys, scale } from "../random";
import { showShape, sizeOf } from "../shape";

export interface RandomAttributes {
  readonly shape: Shape;
  /** Tells draws of one graph apart. */
  readonly salt: number;
}

/**
 * Uniform numbers in [0, 1), a function of the seed (int32 scalar, 0 … 2²³ − 1), the salt and the element's
 * place alone: the same on every engine, so that a run can be repeated.
 */
export const randomUniform: Op<[seed: Operand, shape: Shape, salt?: number], RandomAttributes> = defineOp(
  {
    name: "randomUniform",
    infer: ([seed], { shape, salt }) => {
      if (seed!.dtype !== "int32" || seed!.shape.length !== 0)
        throw new AutogradError(
          `randomUniform: the seed is ${seed!.dtype}${showShape(seed!.shape)}; give an int32 scalar`,
        );
      if (!Number.isSafeInteger(salt) || salt < 0)
        throw new AutogradError(`randomUniform: the salt is ${salt}; give an integer from 0`);
      return { shape, dtype: "float32" };
    },
    vjp: null,
    gpu: ({ output, attributes: { salt } }) => randomSteps(salt, sizeOf(output.shape)),
    onnx: (b, { shape, salt }) => randomOnnx(b, shape, salt),
  },
  (seed: Operand, shape: Shape, salt = 0) => ({ inputs: [seed], attributes: { shape, salt } }),
);

/** The arithmetic of random.ts as ONNX nodes, in float32. */
const randomOnnx = (b: OnnxBuilder, shape: Shape, salt: number): string => {
  const size = sizeOf(shape);
  const keys = randomKeys(salt);
  const scalars = new Map<number, string>();
  const scalar = (value: number): string => {
    const name = scalars.get(value) ?? b.constant([value], "float32", []);
    scalars.set(value, name);
    return name;
  };
  const add = (x: string, y: string) => b.node("Add", [x, y]);
  const mul = (x: string, y: string) => b.node("Mul", [x, y]);
  const sub = (x: string, y: string) => b.node("Sub", [x, y]);
  const quotient = (x: string) => b.node("Floor", [mul(x, scalar(inverseAbove))]);
  const reduce = (x: string) => sub(x, mul(quotient(x), scalar(modulus)));
  const mix = (state: string[], list: readonly number[], from: number): string[] => {
    list.slice(from).forEach((key, i) => {
      const [a, other] = [(from + i) % 3, (from + i + 1) % 3];
      state[a] = reduce(
        add(add(state[a]!, scalar(key)), mul(state[other]!, add(state[other]!, scalar(key)))),
      );
    });
    return state;
  };
  const vector = (start: string[], list: readonly number[]): string[] => {
    const [first, second] = mix(start, list.slice(0, firstUpdates), 0);
    const [third, fourth, fifth] = mix(start, list, firstUpdates);
    return [first!, second!, third!, fourth!, mul(fifth!, scalar(fraction))];
  };
  const range = (count: number) => b.node("Range", [scalar(0), scalar(count), scalar(1)]);
  const shaped = (x: string, ...axes: number[]) => b.node("Reshape", [x, b.constant(axes, "int64")]);

  // Seeds pass 2²², so their quotients are taken in integers.
  const p = b.constant([modulus], "int32", []);
  const rest = b.node("Div", [b.inputs[0]!, p]);
  const [s0, s1, s2] = mix(
    [b.node("Mod", [b.inputs[0]!, p]), b.node("Mod", [rest, p]), b.node("Div", [rest, p])].map((x) =>
      b.node("Cast", [x], { to: 1 }),
    ),
    keys.seed,
    0,
  ) as [string, string, string];
  const places = range(modulus);
  const rows = range(Math.ceil(size / modulus));
  const low = vector([reduce(add(places, s0)), s1, s2], keys.low).map((x) => shaped(x, 1, -1));
  const high = vector([reduce(add(rows, s1)), reduce(add(quotient(rows), s2)), s0], keys.high).map((x) =>
    shaped(x, -1, 1),
  );
  const table = (vectors: readonly string[], axis: number) => b.node("Concat", vectors.slice(0, 4), { axis });
  // Sums of integers below 2²⁴: exact in whatever order the product adds.
  const part = reduce(b.node("MatMul", [table(high, 1), table(low, 0)]));
  const place = add(high[4]!, low[4]!);
  const drawn = mul(add(part, sub(place, b.node("Floor", [place]))), scalar(scale));
  const flat = b.node("Reshape", [drawn, b.constant([-1], "int64")]);
  const lists = [[0], [size], [0]].map((list) => b.constant(list, "int64"));
  return b.node("Reshape", [b.node("Slice", [flat, ...lists]), b.constant(shape, "int64")], { allowzero: 1 });
};
