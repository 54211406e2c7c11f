import { letterNames, readBands, writeBands } from "./bands";
import { joinAxes, type Separable, splitAxes } from "./dwtn";
import type { FilterBanks } from "./filter-bank";
import { checkedAxes, perAxis } from "./layout";
import { checkSameShape } from "./level";
import { checkedMode, checkedOptions, type Mode } from "./modes";
import { readSignal, type Signal, type Transformed, writeSignal } from "./signal";

export interface DwtnOptions {
  /** How the signal goes on past its ends, for all axes or for each. @default "symmetric" */
  readonly mode?: Mode | readonly Mode[];
  /** Which axes, in the order of the keys' letters; negative ones count from the last. @default all */
  readonly axes?: number | readonly number[] | null | undefined;
}

/**
 * One level along k axes: 2ᵏ bands of one shape, keyed by a letter per axis in the order of `axes`, `a` low-pass and
 * `d` high-pass. Over the rows and columns of a matrix, `da` is high down the rows and low along the columns.
 */
export type BandsN<T> = Readonly<Record<string, T>>;

export function dwtn<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: DwtnOptions = {},
): BandsN<Transformed<S>> {
  const x = readSignal(data, "data");
  const axes = checkedAxes(axesOrAll(options.axes, x.shape.length), x.shape.length);
  return writeBands<S>(splitAxes(x, separableOver(axes, banks, options)));
}

export function idwtn<S extends Signal>(
  bands: BandsN<S | null | undefined>,
  banks: FilterBanks,
  options: DwtnOptions = {},
): Transformed<S> {
  const letters = axesOrAll(options.axes, lettersOf(bands));
  const read = readBands(bands, letterNames(letters.length), "bands");
  const { shape } = checkSameShape(read, "the bands");
  const separable = separableOver(checkedAxes(letters, shape.length), banks, options);
  return writeSignal<S>(joinAxes(read, separable)!);
}

/** The axes that an option asks for, not checked yet; by default the first `count`. */
export function axesOrAll(axes: DwtnOptions["axes"], count: number): readonly number[] {
  if (axes === undefined || axes === null) return Array.from({ length: count }, (_, axis) => axis);
  return typeof axes === "number" ? [axes] : axes;
}

/** One bank and one mode for each of the axes. */
export function separableOver(axes: readonly number[], banks: FilterBanks, options: DwtnOptions): Separable {
  const { mode = "symmetric" } = checkedOptions(options);
  const modes = perAxis(mode, axes.length, "mode").map(checkedMode);
  return { banks: perAxis(banks, axes.length, "wavelet"), modes, axes };
}

/** How many axes the keys speak of, first those of bands that are there. */
export function lettersOf(bands: unknown): number {
  if (typeof bands !== "object" || bands === null) return 0;
  const entries = Object.entries(bands);
  const given = entries.find(([, band]) => band !== null && band !== undefined);
  return (given ?? entries[0])?.[0].length ?? 0;
}
