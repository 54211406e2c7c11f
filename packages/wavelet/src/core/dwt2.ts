import { shown, WaveletError } from "../errors";
import { readBand } from "./dwt";
import type { FilterBank } from "./filter-bank";
import { checkedAxis } from "./layout";
import { checkSameShape, join, split } from "./level";
import { checkedMode, type Mode } from "./modes";
import { readSignal, type Signal, type Transformed, writeSignal } from "./signal";

export interface Dwt2Options {
  /** How the signal goes on past its ends, for both axes or for each. @default "symmetric" */
  readonly mode?: Mode | readonly [Mode, Mode];
  /** Which two axes: down the rows, along the columns. @default [-2, -1] */
  readonly axes?: readonly [number, number];
}

/**
 * One level of a 2-D transform, bands of one shape. First letter of PyWavelets' keys: down the rows (axes[0]),
 * second: along the columns (axes[1]).
 */
export interface Bands2<T> {
  /** low, low ("aa") */
  readonly cA: T;
  /** high down the rows, low along the columns ("da"): horizontal edges */
  readonly cH: T;
  /** low down the rows, high along the columns ("ad"): vertical edges */
  readonly cV: T;
  /** high, high ("dd"): diagonals */
  readonly cD: T;
}

/** One filter bank for both axes or one for each. */
export type FilterBanks2 = FilterBank | readonly [FilterBank, FilterBank];

export function dwt2<S extends Signal>(
  data: S,
  banks: FilterBanks2,
  options: Dwt2Options = {},
): Bands2<Transformed<S>> {
  const modes = pairOfModes(options.mode);
  const [down, along] = pair(banks);
  const x = readSignal(data, "data");
  const axes = checkedAxes(options.axes, x.shape.length);
  const [lo, hi] = split(x, down, modes[0], axes[0]);
  const [cA, cV] = split(lo, along, modes[1], axes[1]);
  const [cH, cD] = split(hi, along, modes[1], axes[1]);
  return {
    cA: writeSignal<S>(cA),
    cH: writeSignal<S>(cH),
    cV: writeSignal<S>(cV),
    cD: writeSignal<S>(cD),
  };
}

export function idwt2<S extends Signal>(
  bands: Partial<Bands2<S | null | undefined>>,
  banks: FilterBanks2,
  options: Dwt2Options = {},
): Transformed<S> {
  const modes = pairOfModes(options.mode);
  const [down, along] = pair(banks);
  if (typeof bands !== "object" || bands === null) {
    throw new WaveletError(`idwt2 takes an object { cA, cH, cV, cD }; got ${shown(bands)}`, "data");
  }
  const read = {
    cA: readBand(bands.cA, "cA"),
    cH: readBand(bands.cH, "cH"),
    cV: readBand(bands.cV, "cV"),
    cD: readBand(bands.cD, "cD"),
  };
  const { shape } = checkSameShape(read, "cA, cH, cV and cD");
  const axes = checkedAxes(options.axes, shape.length);
  const lo = join(read.cA, read.cV, along, modes[1], axes[1]);
  const hi = join(read.cH, read.cD, along, modes[1], axes[1]);
  return writeSignal<S>(join(lo, hi, down, modes[0], axes[0])!);
}

function pairOfModes(mode: Dwt2Options["mode"] = "symmetric"): readonly [Mode, Mode] {
  const [down, along] = pair<unknown>(mode);
  return [checkedMode(down), checkedMode(along)];
}

function pair<T>(value: T | readonly [T, T]): readonly [T, T] {
  if (!isList(value)) return [value, value];
  if (value.length === 2) return [value[0], value[1]];
  throw new WaveletError(`give one value for both axes or two; got ${value.length}`, "axis");
}

function isList<T>(value: T | readonly [T, T]): value is readonly [T, T] {
  return Array.isArray(value);
}

function checkedAxes(axes: unknown, dimensions: number): readonly [number, number] {
  const two = axes ?? [-2, -1];
  if (!Array.isArray(two) || two.length !== 2) {
    throw new WaveletError(`axes must be two integers such as [-2, -1], got ${shown(axes)}`, "axis");
  }
  if (dimensions < 2)
    throw new WaveletError("a 2-D transform needs data of 2 dimensions or more, got 1", "axis");
  return [checkedAxis(two[0], dimensions), checkedAxis(two[1], dimensions)];
}
