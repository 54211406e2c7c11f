import { shown, WaveletError } from "../../errors";
import type { SomeBands } from "../bands";
import { joinAxes, type Separable } from "../dwtn";
import { separableOver } from "../dwtn-bands";
import type { FilterBanks } from "../filter-bank";
import { checkedDistinctAxes } from "../layout";
import { checkedLength, coefficientLength } from "../lengths";
import { checkSameShape } from "../level";
import type { Mode } from "../modes";
import type { Dense } from "../signal";
import { sliceAlong } from "../slices";

/** What the nodes of one tree have in common. */
export interface Tree {
  /** For each name of a node the band it holds: a letter per axis, `a` low-pass and `d` high-pass. */
  readonly bands: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  readonly mode: Mode | readonly Mode[];
  readonly axes: readonly number[];
  /** The transform of arrays of so many dimensions. */
  separable(dimensions: number): Separable;
  /** Unknown until it is given or the tree has data. */
  maxlevel: number | undefined;
}

export interface TreeOptions {
  readonly mode: Mode | readonly Mode[];
  readonly axes: readonly number[];
  readonly maxlevel: number | null | undefined;
}

export function checkedTree(bands: Tree["bands"], banks: FilterBanks, options: TreeOptions): Tree {
  const { axes, mode, maxlevel } = options;
  if (!Array.isArray(axes) || axes.length === 0 || !axes.every(Number.isInteger)) {
    throw new WaveletError(`axes must be integers such as -1, got ${shown(axes)}`, "axis");
  }
  const unplaced = separableOver(axes, banks, { mode });
  return {
    bands,
    names: Object.keys(bands),
    mode,
    axes,
    separable: (dimensions) => ({ ...unplaced, axes: checkedDistinctAxes(axes, dimensions) }),
    maxlevel:
      maxlevel === null || maxlevel === undefined ? undefined : checkedLength(maxlevel, "maxlevel", 0),
  };
}

/** The shape of the bands that one level gives for an array. */
export function bandShape(shape: readonly number[], { banks, modes, axes }: Separable): number[] {
  const below = [...shape];
  for (const [i, axis] of axes.entries()) {
    below[axis] = coefficientLength(shape[axis]!, banks[i]!.decLo.length, modes[i]!);
  }
  return below;
}

/** The array without what exceeds a shape: synthesis gives an even number of samples. */
export function trimmed(x: Dense, shape: readonly number[]): Dense {
  let trim = x;
  for (const [axis, length] of shape.entries()) {
    if (trim.shape[axis]! > length) trim = sliceAlong(trim, axis, 0, length);
  }
  return trim;
}

/** One level of synthesis: bands by the names of their nodes, those missing being zeros. `where` is their parent. */
export function joinBands(bands: SomeBands, tree: Tree, where: string): Dense {
  const given = Object.values(bands).find((band) => band !== undefined);
  if (given === undefined) {
    throw new WaveletError(
      `all nodes below ${where} are empty; give one of them data to reconstruct it`,
      "data",
    );
  }
  const separable = tree.separable(given.shape.length);
  const fit = levelled(bands, separable.axes);
  checkSameShape(fit, `the nodes below ${where}`);
  const keyed = Object.entries(fit).map(([name, band]) => [tree.bands[name]!, band]);
  return joinAxes(Object.fromEntries(keyed), separable)!;
}

/** Bands without the one sample by which some, reconstructed to an even length, may exceed others along the axes. */
function levelled(bands: SomeBands, axes: readonly number[]): SomeBands {
  const shapes = Object.values(bands).flatMap((band) => (band === undefined ? [] : [band.shape]));
  const least = (axis: number) => Math.min(...shapes.map((shape) => shape[axis]!));
  const fitted = (length: number, axis: number) =>
    axes.includes(axis) && length === least(axis) + 1 ? length - 1 : length;
  return Object.fromEntries(
    Object.entries(bands).map(([name, band]) => [name, band && trimmed(band, band.shape.map(fitted))]),
  );
}
