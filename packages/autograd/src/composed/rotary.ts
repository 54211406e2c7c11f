import { AutogradError } from "../errors";
import type { HostTensor } from "../host-tensor";
import { hostTensor } from "../host-tensor";
import type { Operand } from "../operand";
import { toTensor } from "../operand";
import * as ops from "../ops";
import { sameShape, showShape } from "../shape";
import type { Tensor } from "../tensor";

/** How the angles of a longer context follow from those a model was trained with. */
export type RotaryScaling =
  /** All positions divided by `factor` (Chen et al., arXiv 2306.15595). */
  | { readonly type: "linear"; readonly factor: number }
  /** Llama 3.1: slow angles divided by `factor`, fast ones kept, those between blended. */
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      /** Positions the model was first trained with. */
      readonly originalLength: number;
    };

export interface RotaryTables {
  readonly cos: HostTensor;
  readonly sin: HostTensor;
}

/**
 * Tables for `rotaryEmbedding`: cos and sin of position · base^(−2i / width), float32 [positions, width / 2],
 * computed in float64 (Su et al., arXiv 2104.09864).
 *
 * @param positions how many, from 0 on; or the positions themselves
 * @param width how many channels of a head are rotated, an even number
 */
export const rotaryTables = (
  positions: number | readonly number[] | Int32Array,
  width: number,
  options: { base?: number; scaling?: RotaryScaling } = {},
): RotaryTables => {
  const { base = 10000, scaling } = options;
  if (!Number.isInteger(width) || width < 2 || width % 2 !== 0)
    throw new AutogradError(`rotaryTables: the width is ${width}; give an even number from 2`);
  if (!(base > 0)) throw new AutogradError(`rotaryTables: the base is ${base}; give a number above 0`);
  if (typeof positions === "number" && !(Number.isInteger(positions) && positions >= 0))
    throw new AutogradError(`rotaryTables: ${positions} positions; give an integer from 0, or a list`);
  const list =
    typeof positions === "number" ? Array.from({ length: positions }, (_, i) => i) : Array.from(positions);
  const half = width / 2;
  const frequencies = Array.from({ length: half }, (_, i) => scaled(base ** ((-2 * i) / width), scaling));
  const table = (f: (angle: number) => number): HostTensor =>
    hostTensor(
      Float32Array.from({ length: list.length * half }, (_, at) =>
        f(list[Math.floor(at / half)]! * frequencies[at % half]!),
      ),
      [list.length, half],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
};

const scaled = (frequency: number, scaling: RotaryScaling | undefined): number => {
  if (scaling === undefined) return frequency;
  const slow = frequency / scaling.factor;
  if (scaling.type === "linear") return slow;
  const { lowFrequencyFactor: low, highFrequencyFactor: high, originalLength } = scaling;
  const turns = (originalLength * frequency) / (2 * Math.PI);
  const share = Math.min(1, Math.max(0, (turns - low) / (high - low)));
  return slow + share * (frequency - slow);
};

export interface RotaryOptions {
  /** Channels 2i and 2i + 1 form a pair, as in GPT-J (default: i and i + half the width, as in LLaMA). */
  interleaved?: boolean;
  /** Rows of the tables, int32 [rows, length]: packed rows begin anew with every example. */
  positions?: Operand;
}

/**
 * Turns pairs of channels by the angles of their position: x float32 [rows, heads, length, width], tables cos and
 * sin [length, r / 2], or [rows, length, r / 2], or [any, r / 2] with `positions`. The first r channels are turned,
 * the others stay.
 */
export const rotaryEmbedding = (
  x: Operand,
  cos: Operand,
  sin: Operand,
  options: RotaryOptions = {},
): Tensor => {
  const { interleaved = false, positions } = options;
  const [tensor, c, s] = [x, cos, sin].map((operand) => toTensor("rotaryEmbedding", operand)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const [rows, , length, width] = tensor.shape as [number, number, number, number];
  const places = positions === undefined ? null : toTensor("rotaryEmbedding", positions, "int32");
  const lead = places?.shape ?? c.shape.slice(0, -1);
  if (
    [tensor, c, s].some(({ dtype }) => dtype !== "float32") ||
    tensor.rank !== 4 ||
    !sameShape(c.shape, s.shape) ||
    2 * c.shape.at(-1)! > width ||
    (places !== null && (places.dtype !== "int32" || c.rank !== 2)) ||
    !(sameShape(lead, [rows, length]) || (places === null && sameShape(lead, [length])))
  )
    throw new AutogradError(
      `rotaryEmbedding: x ${tensor.dtype}${showShape(tensor.shape)}, cos ${c.dtype}${showShape(c.shape)}, sin ${s.dtype}${showShape(s.shape)}${places === null ? "" : `, positions ${places.dtype}${showShape(places.shape)}`}; takes float32 [rows, heads, length, width] and tables [length, r / 2] or [rows, length, r / 2] with r up to the width, or [any, r / 2] with int32 positions [rows, length]`,
    );
  const half = c.shape.at(-1)!;
  const table = (t: Tensor): Tensor => {
    const picked = places === null ? t : ops.gather(t, places);
    return picked.rank === 2 ? picked : ops.reshape(picked, [rows, 1, length, half]);
  };
  return turned(tensor, table(c), table(s), interleaved);
};

/** The rotation itself; tables broadcast to [rows, heads, length, r / 2]. */
const turned = (x: Tensor, cos: Tensor, sin: Tensor, interleaved: boolean): Tensor => {
  const half = cos.shape.at(-1)!;
  const [first, second] = pairs(x, half, interleaved);
  const value = unpaired(
    x,
    ops.sub(ops.mul(first, cos), ops.mul(second, sin)),
    ops.add(ops.mul(second, cos), ops.mul(first, sin)),
    interleaved,
  );
  const full = first.shape;
  const [c, s] = [ops.broadcastTo(cos, full), ops.broadcastTo(sin, full)];
  // Backward a rotation turns by −angle; with pairs (a, b): dcos = a ā + b b̄, dsin = a b̄ − b ā
  return ops.customGradient(value, [x, c, s], (dy) => {
    const [da, db] = pairs(dy, half, interleaved);
    return [
      turned(dy, cos, ops.neg(sin), interleaved),
      ops.add(ops.mul(first, da), ops.mul(second, db)),
      ops.sub(ops.mul(first, db), ops.mul(second, da)),
    ];
  });
};

/** Both members of the pairs among the first 2 · half channels, each [rows, heads, length, half]. */
const pairs = (x: Tensor, half: number, interleaved: boolean): [Tensor, Tensor] => {
  if (!interleaved) return [channels(x, 0, half), channels(x, half, 2 * half)];
  const every = (start: number) =>
    ops.slice(x, [0, 0, 0, start], [...x.shape.slice(0, 3), 2 * half], [1, 1, 1, 2]);
  return [every(0), every(1)];
};

/** Pairs back in their places, before the channels of x that are not turned. */
const unpaired = (x: Tensor, first: Tensor, second: Tensor, interleaved: boolean): Tensor => {
  const half = first.shape.at(-1)!;
  const width = x.shape[3]!;
  const rest = width === 2 * half ? [] : [channels(x, 2 * half, width)];
  if (!interleaved) return ops.concat([first, second, ...rest], -1);
  const column = (t: Tensor) => ops.reshape(t, [...t.shape, 1]);
  const mixed = ops.reshape(ops.concat([column(first), column(second)], -1), [
    ...x.shape.slice(0, 3),
    2 * half,
  ]);
  return rest.length === 0 ? mixed : ops.concat([mixed, ...rest], -1);
};

/** Channels `start … end − 1`. */
const channels = (x: Tensor, start: number, end: number): Tensor =>
  ops.slice(x, [0, 0, 0, start], [...x.shape.slice(0, 3), end]);
