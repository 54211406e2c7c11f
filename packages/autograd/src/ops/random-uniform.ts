import type { Op, Operand } from "../define-op";
import { defineOp } from "../define-op";
import type { Shape } from "../dtype";
import { AutogradError } from "../errors";
import { randomSteps } from "../kernel-random";
import type { OnnxBuilder } from "../op";
import { inverseModulus, modulus, randomKeys, scale } from "../random";
import { sizeOf } from "../shape";

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
    infer: ([seed], { shape }) => {
      if (seed!.dtype !== "int32" || seed!.shape.length !== 0)
        throw new AutogradError("randomUniform: the seed is an int32 scalar");
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
  const quotient = (x: string) =>
    b.node("Floor", [mul(add(x, scalar(0.5)), scalar(Math.fround(inverseModulus)))]);
  const reduce = (x: string) => sub(x, mul(quotient(x), scalar(modulus)));
  const update = (a: string, other: string, key: number) =>
    reduce(add(a, mul(other, add(other, scalar(key)))));
  const mix = (residues: readonly string[], list: readonly number[]): string[] => {
    const state = [...residues];
    list.forEach((key, i) => {
      state[i % 3] = update(state[i % 3]!, state[(i + 1) % 3]!, key);
    });
    return state;
  };
  const range = (count: number) => b.node("Range", [scalar(0), scalar(count), scalar(1)]);
  const column = (x: string) => b.node("Reshape", [x, b.constant([-1, 1], "int64")]);

  // Seeds pass 2²², so their quotients are taken in integers.
  const p = b.constant([modulus], "int32", []);
  const rest = b.node("Div", [b.inputs[0]!, p]);
  const [s0, s1, s2] = mix(
    [b.node("Mod", [b.inputs[0]!, p]), b.node("Mod", [rest, p]), b.node("Div", [rest, p])].map((x) =>
      b.node("Cast", [x], { to: 1 }),
    ),
    keys.seed,
  ) as [string, string, string];
  const places = range(modulus);
  const rows = range(Math.ceil(size / modulus));
  const low = mix([reduce(add(places, s0)), s1, s2], keys.low);
  const high = mix([reduce(add(rows, s1)), reduce(add(quotient(rows), s2)), s0], keys.high).map(column);
  const [k0, k1, k2] = keys.last as [number, number, number];
  let x = reduce(add(high[0]!, low[0]!));
  let y = reduce(add(high[1]!, low[1]!));
  x = update(x, y, k0);
  y = update(y, x, k1);
  x = update(x, y, k2);
  const drawn = mul(add(mul(x, scalar(modulus)), y), scalar(scale));
  const flat = b.node("Reshape", [drawn, b.constant([-1], "int64")]);
  const lists = [[0], [size], [0]].map((list) => b.constant(list, "int64"));
  return b.node("Reshape", [b.node("Slice", [flat, ...lists]), b.constant(shape, "int64")], { allowzero: 1 });
};
