import { shown, WaveletError } from "../errors";
import { readBand } from "./dwt";
import { joinAxes, type Separable, splitAxes } from "./dwtn";
import type { FilterBanks } from "./filter-bank";
import { checkedAxes, perAxis } from "./layout";
import { checkSameShape } from "./level";
import { checkedMode, checkedOptions, type Mode } from "./modes";
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

export function dwt2<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Dwt2Options = {},
): Bands2<Transformed<S>> {
  const x = readSignal(data, "data");
  const { aa, da, ad, dd } = splitAxes(x, separable2(banks, options, x.shape.length));
  return {
    cA: writeSignal<S>(aa!),
    cH: writeSignal<S>(da!),
    cV: writeSignal<S>(ad!),
    cD: writeSignal<S>(dd!),
  };
}

export function idwt2<S extends Signal>(
  bands: Partial<Bands2<S | null | undefined>>,
  banks: FilterBanks,
  options: Dwt2Options = {},
): Transformed<S> {
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
  const keyed = { aa: read.cA, da: read.cH, ad: read.cV, dd: read.cD };
  return writeSignal<S>(joinAxes(keyed, separable2(banks, options, shape.length))!);
}

/** The checked arguments of a 2-D transform. */
export function separable2(banks: FilterBanks, options: Dwt2Options, dimensions: number): Separable {
  const modes = perAxis(checkedOptions(options).mode ?? "symmetric", 2, "mode").map(checkedMode);
  const axes = options.axes ?? [-2, -1];
  if (!Array.isArray(axes) || axes.length !== 2) {
    throw new WaveletError(`axes must be two integers such as [-2, -1], got ${shown(axes)}`, "axis");
  }
  if (dimensions < 2)
    throw new WaveletError("a 2-D transform needs data of 2 dimensions or more, got 1", "axis");
  return { banks: perAxis(banks, 2, "wavelet"), modes, axes: checkedAxes(axes, dimensions) };
}
