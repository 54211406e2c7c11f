import { shown, WaveletError } from "../errors";
import { warn } from "../warn";
import { type SomeBands, writeBands } from "./bands";
import type { DwtOptions } from "./dwt";
import type { Dwt2Options } from "./dwt2";
import type { DenseBands, Separable } from "./dwtn";
import { axesOrAll, type BandsN, type DwtnOptions, separableOver } from "./dwtn-bands";
import type { FilterBank, FilterBanks } from "./filter-bank";
import { checkedAxis, checkedDistinctAxes } from "./layout";
import { checkedLevel, deepestOver } from "./levels";
import type { Coeffs1 } from "./multilevel";
import { decomposeAxes, recomposeAxes } from "./multilevel-nd";
import {
  type Dense,
  readSignal,
  type Signal,
  type Transformed,
  unify,
  writeSignal,
  zerosLike,
} from "./signal";
import { copyOf, sliceAlong } from "./slices";
import {
  checkedDepth,
  deepestStationaryLevel,
  forwardFilters,
  inverseFilters,
  recomposeStationary,
  trimmedStationary,
} from "./stationary-axes";
import { lettersOf, levels1, levels2, levelsN, type ReadLevels, readTrimmed } from "./stationary-coeffs";
import { type Coeffs2, type Details2, distinct2, writeDetails2 } from "./wavedec2";
import type { CoeffsN } from "./wavedecn";

/** `mode` is "periodization" unless given, and with a stationary transform always. */
interface ProjectionOptions<Transform extends string> {
  /** Which transform makes the components. @default the stationary one, "swt…" */
  readonly transform?: Transform;
  /** How many levels. @default the greatest useful one, or that all lengths of the data allow a stationary transform */
  readonly level?: number | null | undefined;
}

export interface MraOptions extends DwtOptions, ProjectionOptions<"swt" | "dwt"> {}

export interface Mra2Options extends Dwt2Options, ProjectionOptions<"swt2" | "dwt2"> {}

export interface MranOptions extends DwtnOptions, ProjectionOptions<"swtn" | "dwtn"> {}

export function mra<S extends Signal>(
  data: S,
  bank: FilterBank,
  options: MraOptions = {},
): Coeffs1<Transformed<S>> {
  const x = readSignal(data, "data");
  const axis = checkedAxis(options.axis ?? -1, x.shape.length);
  const separable = separableOver([axis], bank, { mode: options.mode ?? "periodization" });
  const [cA, ...details] = components(x, separable, options, "");
  return [writeSignal<S>(cA), ...details.map(({ d }) => writeSignal<S>(d!))];
}

export function mra2<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: Mra2Options = {},
): Coeffs2<Transformed<S>> {
  const x = readSignal(data, "data");
  const separable = distinct2(banks, { ...options, mode: options.mode ?? "periodization" }, x.shape.length);
  const [cA, ...details] = components(x, separable, options, "2");
  return [writeSignal<S>(cA), ...details.map((bands) => writeDetails2<S>(bands))];
}

export function mran<S extends Signal>(
  data: S,
  banks: FilterBanks,
  options: MranOptions = {},
): CoeffsN<Transformed<S>> {
  const x = readSignal(data, "data");
  const axes = checkedDistinctAxes(axesOrAll(options.axes, x.shape.length), x.shape.length);
  const separable = separableOver(axes, banks, { ...options, mode: options.mode ?? "periodization" });
  const [cA, ...details] = components(x, separable, options, "n");
  return [writeSignal<S>(cA), ...details.map((bands) => writeBands<S>(bands))];
}

export function imra<S extends Signal>(coeffs: readonly (S | null | undefined)[]): Transformed<S> {
  return writeSignal<S>(total(readTrimmed(coeffs, levels1)));
}

export function imra2<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: Partial<Details2<S | null | undefined>>[]],
): Transformed<S> {
  return writeSignal<S>(total(readTrimmed(coeffs, levels2)));
}

export function imran<S extends Signal>(
  coeffs: readonly [cA: S | null | undefined, ...details: BandsN<S | null | undefined>[]],
): Transformed<S> {
  return writeSignal<S>(total(readTrimmed(coeffs, levelsN(lettersOf(coeffs)))));
}

function total({ approximation, details }: ReadLevels): Dense {
  const given = [approximation, ...details.flatMap((bands) => Object.values(bands))];
  const [first, ...others] = unify(given.filter((band) => band !== undefined));
  const sum = copyOf(first!);
  for (const { parts } of others) {
    for (const [p, part] of parts.entries()) {
      const to = sum.parts[p]!;
      for (let i = 0; i < to.length; i++) to[i] = to[i]! + part[i]!;
    }
  }
  return sum;
}

/** A transform of some data, and its inverse. */
interface Projection {
  readonly coeffs: readonly [cA: Dense, ...details: DenseBands[]];
  /** Zeros for the details of a level. */
  silent(details: DenseBands): SomeBands;
  invert(cA: Dense | undefined, details: readonly SomeBands[]): Dense | undefined;
}

/** What the approximation and every band of details is alone, every other coefficient being 0. */
function components(
  x: Dense,
  separable: Separable,
  options: ProjectionOptions<string>,
  suffix: Suffix,
): [cA: Dense, ...details: DenseBands[]] {
  const { coeffs, silent, invert } = projection(x, separable, options, suffix);
  const [cA, ...details] = coeffs;
  if (details.length === 0) return [copyOf(x)];
  const zeros = details.map(silent);
  return [
    invert(cA, zeros)!,
    ...details.map((bands, i) => {
      const finer = zeros.slice(i + 1);
      const alone = Object.entries(bands).map(([key, band]) => [
        key,
        invert(undefined, [{ [key]: band }, ...finer]),
      ]);
      return Object.fromEntries(alone);
    }),
  ];
}

type Suffix = "" | "2" | "n";

function projection(
  x: Dense,
  separable: Separable,
  options: ProjectionOptions<string>,
  suffix: Suffix,
): Projection {
  const transform = options.transform ?? `swt${suffix}`;
  if (transform === `dwt${suffix}`) return decimated(x, separable, options.level);
  if (transform !== `swt${suffix}`) {
    throw new WaveletError(
      `transform must be "swt${suffix}" or "dwt${suffix}", got ${shown(transform)}`,
      "mode",
    );
  }
  if (separable.modes.some((mode) => mode !== "periodization")) {
    throw new WaveletError(
      `a stationary transform extends by mode "periodization" only; for ${shown(separable.modes)} take transform "dwt${suffix}"`,
      "mode",
    );
  }
  // As in PyWavelets, 1-D takes a level or more, and other transforms heed the axes that are not transformed too.
  const least = suffix === "" ? 1 : 0;
  const axes = suffix === "" ? separable.axes : [...x.shape.keys()];
  const deepest = Math.min(...axes.map((axis) => deepestStationaryLevel(x.shape[axis]!)));
  if (deepest === 0 && least === 0 && (options.level ?? null) === null) {
    warn(`the lengths of the data, ${shown(x.shape)}, allow no stationary level together; give level or pad`);
  }
  return stationary(x, separable, options.level ?? Math.max(least, deepest), least);
}

function stationary(x: Dense, separable: Separable, asked: number, least: 0 | 1): Projection {
  const { level } = checkedDepth({ level: asked }, least, x.shape, separable.axes);
  const inverse = inverseFilters(separable, true);
  return {
    coeffs: trimmedStationary(x, forwardFilters(separable, true), level, 0),
    silent: () => ({}),
    invert: (cA, details) => recomposeStationary(cA, details, inverse),
  };
}

function decimated(x: Dense, separable: Separable, asked: unknown): Projection {
  const level = checkedLevel(asked, deepestOver(x.shape, separable));
  return {
    coeffs: decomposeAxes(x, separable, level),
    // One band is enough to say what shape the level has.
    silent: (details) =>
      Object.fromEntries(
        Object.entries(details)
          .slice(-1)
          .map(([key, band]) => [key, zerosLike(band)]),
      ),
    invert: (cA, details) => cut(recomposeAxes([cA, ...details], separable), x.shape),
  };
}

/** Without the sample that synthesis adds to an odd length. */
function cut(x: Dense, shape: readonly number[]): Dense {
  return shape.reduce((rest, length, axis) => sliceAlong(rest, axis, 0, length), x);
}
