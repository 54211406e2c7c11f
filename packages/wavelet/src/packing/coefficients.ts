import type { DenseBands } from "../core/dwtn";
import { axesOrAll, type DwtnOptions } from "../core/dwtn-bands";
import { checkedDistinctAxes } from "../core/layout";
import { checkSameShape } from "../core/level";
import type { Coeffs1 } from "../core/multilevel";
import { type Dense, readSignal, type Signal } from "../core/signal";
import type { Coeffs2, Details2 } from "../core/wavedec2";
import type { CoeffsN } from "../core/wavedecn";
import { shown, WaveletError } from "../errors";
import { bandName, checkedLetters, mapBands, type PerBand, perBand } from "./per-band";

/** The details of one level: of `wavedec`, of `wavedec2`, or of `wavedecn`. */
export type Details = Signal | Readonly<Details2<Signal>> | Readonly<Record<string, Signal>>;

/** Coefficients of `wavedec`, `wavedec2`, `wavedecn`, or of `swt`, `swt2` and `swtn` with `trimApprox`. */
export type PackableCoeffs<S> = readonly [cA: S, ...details: Details[]];

/** The form in which coefficients come back. */
export interface CoeffsFormats<T> {
  readonly wavedec: Coeffs1<T>;
  readonly wavedec2: Coeffs2<T>;
  readonly wavedecn: CoeffsN<T>;
}

/** The axes of a transform, in the order of the keys' letters. */
export type Axes = DwtnOptions["axes"];

/** Coefficients as arrays of one rank, with the axes of their transform. */
export interface ReadCoeffs {
  readonly bands: PerBand<Dense>;
  readonly axes: readonly number[];
}

/** Reads coefficients of any form; none may be missing, and those of a level have one shape. */
export function readCoeffs(coeffs: unknown, axes: Axes): ReadCoeffs {
  const given = perBand(coeffs, "coeffs");
  const letters = checkedLetters(given, "coeffs");
  const bands = mapBands(given, (band, level, key) => readSignal(band, bandName("coeffs", level, key)));
  const [cA, ...details] = bands;
  const dimensions = cA.shape.length;
  if (letters === undefined) return { bands, axes: [] };
  for (const [i, level] of details.entries()) checkLevel(level, i + 1, cA);
  return { bands, axes: checkedAxes(axes, letters, dimensions) };
}

/** The details of a level are of one shape, with as many axes as cA, and real if cA is: the result has its type. */
function checkLevel(level: DenseBands, i: number, cA: Dense): void {
  const { shape } = checkSameShape(level, `the details of coeffs[${i}]`);
  if (shape.length !== cA.shape.length) {
    throw new WaveletError(
      `coeffs[${i}] has shape [${shape.join(", ")}], which must have as many axes as coeffs[0], [${cA.shape.join(", ")}]`,
      "shape",
    );
  }
  if (Object.values(level).some((band) => band.parts.length > cA.parts.length)) {
    throw new WaveletError(`coeffs[${i}] is complex and coeffs[0] real; make both complex`, "data");
  }
}

function checkedAxes(axes: Axes, letters: number, dimensions: number): number[] {
  if ((axes === undefined || axes === null) && letters !== dimensions) {
    throw new WaveletError(
      `the keys say that ${letters} of ${dimensions} axes were transformed; give these in axes`,
      "axis",
    );
  }
  const checked = checkedDistinctAxes(axesOrAll(axes, dimensions), dimensions);
  if (checked.length === letters) return checked;
  throw new WaveletError(
    `the keys have a letter for each of ${letters} axes; axes has ${checked.length}, ${shown(axes)}`,
    "axis",
  );
}

const formats = {
  wavedec: ({ d }) => d,
  wavedec2: ({ ad, da, dd }) => ad && da && dd && { cH: da, cV: ad, cD: dd },
  wavedecn: (bands) => bands,
} satisfies Record<keyof CoeffsFormats<unknown>, <T>(bands: Readonly<Record<string, T>>) => unknown>;

/** Which keys a form needs, for errors. */
const needed = { wavedec: "d", wavedec2: "ad, da and dd", wavedecn: "letters" };

/** The coefficients in the form asked for. */
export function inFormat<T, F extends keyof CoeffsFormats<T>>(
  [cA, ...details]: PerBand<T>,
  format: F,
): CoeffsFormats<T>[F] {
  const shaped = details.map((bands, i) => {
    const made = formats[format](bands);
    if (made !== undefined) return made;
    throw new WaveletError(
      `outputFormat "${format}" needs the keys ${needed[format]}; coeffSlices[${i + 1}] has ${Object.keys(bands).join(", ")}`,
      "data",
    );
  });
  return [cA, ...shaped] as CoeffsFormats<T>[F];
}

/** One of the names, for `outputFormat`. */
export function checkedFormat<F extends string>(format: F | undefined, names: readonly F[]): F {
  const asked = format ?? "wavedecn";
  const found = names.find((name) => name === asked);
  if (found !== undefined) return found;
  throw new WaveletError(`no outputFormat ${shown(asked)}; the formats are ${names.join(", ")}`, "data");
}
