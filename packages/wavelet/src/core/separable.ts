import { shown, WaveletError } from "../errors";
import { axesOrAll, type DwtnOptions, separableOver } from "./dwtn-bands";
import { type FilterBanks, filterLength } from "./filter-bank";
import { checkedDistinctAxes, perAxis } from "./layout";
import { deepestLevel } from "./lengths";
import { checkedLevel } from "./levels";
import { decompose, recompose } from "./multilevel";
import { FswavedecnResult } from "./separable-result";
import { readSignal, type Signal, type Transformed, writeSignal } from "./signal";
import { concatAlong, copyOf, type Slice, sliceAlong } from "./slices";

export interface FswavedecnOptions extends DwtnOptions {
  /** How many levels, for all axes or for each (0 or more). @default the deepest useful ones, as `dwtMaxLevel` */
  readonly levels?: number | readonly (number | null | undefined)[] | null | undefined;
}

export function fswavedecn<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: FswavedecnOptions = {},
): FswavedecnResult<S> {
  let x = readSignal(data, "data");
  const axes = checkedDistinctAxes(axesOrAll(options.axes, x.shape.length), x.shape.length);
  const { banks: wavelets, modes } = separableOver(axes, banks, options);
  const levels = perAxis(options.levels, axes.length, "level");
  const coeffSlices = axes.map((axis, i) => {
    const level = checkedLevel(levels[i], deepestLevel(x.shape[axis]!, filterLength(wavelets[i]!)));
    const bands = decompose(x, wavelets[i]!, modes[i]!, level, axis);
    x = concatAlong(bands, axis);
    return consecutive(bands.map(({ shape }) => shape[axis]!));
  });
  return new FswavedecnResult<S>({ coeffs: writeSignal<S>(x), coeffSlices, wavelets, modes, axes });
}

export function fswaverecn<S extends Signal>(result: FswavedecnResult<S>): Transformed<S> {
  if (result?.coeffSlices === undefined) {
    throw new WaveletError(`fswaverecn takes what fswavedecn returns; got ${shown(result)}`, "data");
  }
  const { coeffs, coeffSlices, wavelets, modes, axes } = result;
  const stacked = readSignal(coeffs, "coeffs");
  let x = stacked;
  for (const [i, axis] of axes.entries()) {
    const bands = coeffSlices[i]!.map(([start, stop]) => sliceAlong(x, axis, start, stop));
    x = recompose(bands, wavelets[i]!, modes[i]!, axis);
  }
  return writeSignal<S>(x === stacked ? copyOf(x) : x);
}

/** Slices of these lengths, one after the other. */
function consecutive(lengths: readonly number[]): Slice[] {
  let stop = 0;
  return lengths.map((length) => {
    const start = stop;
    stop += length;
    return [start, stop];
  });
}
