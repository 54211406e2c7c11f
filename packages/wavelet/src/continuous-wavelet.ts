import { checkedLength } from "./core/lengths";
import type { Complex } from "./core/signal";
import { shown, WaveletError } from "./errors";
import { continuousRegistry } from "./families/continuous";
import type { ContinuousFamily, Parameters, PsiParameters } from "./families/continuous/family";
import type { Symmetry } from "./families/family";
import type { FilterBankLike } from "./filter-bank";
import { warn } from "./warn";
import { checkedLevel } from "./wavefun";
import { type CustomWaveletOptions, type Wavelet, wavelet } from "./wavelet";
import type { BiorthogonalName, ComplexName, OrthogonalName, RealName } from "./wavelet-names";
import { continuousExtent, unknownContinuous, unknownEither, wavelist } from "./wavelist";

/** A continuous wavelet: a formula for ψ between two bounds. */
export interface ContinuousWavelet<IsComplex extends boolean = boolean> {
  readonly name: string;
  readonly familyName: string;
  readonly shortFamilyName: string;
  /** ψ counts as zero below. */
  readonly lowerBound: number;
  /** ψ counts as zero above. */
  readonly upperBound: number;
  /** C of shanB-C, fbspM-B-C and cmorB-C. */
  readonly centerFrequency: number | undefined;
  /** B of the same. */
  readonly bandwidthFrequency: number | undefined;
  /** M of fbspM-B-C. */
  readonly fbspOrder: number | undefined;
  /** Whether ψ is complex. */
  readonly complexCwt: IsComplex;
  readonly symmetry: Symmetry;
  readonly orthogonal: false;
  readonly biorthogonal: false;
  /** ψ at evenly spaced points from bound to bound, as `pywt.ContinuousWavelet.wavefun`. */
  wavefun(options?: ContinuousWavefunOptions): ContinuousFunctions<IsComplex>;
}

export interface ContinuousWavefunOptions {
  /** 2^level points. @default 8 */
  readonly level?: number;
  /** That many points instead. */
  readonly length?: number;
}

export interface ContinuousFunctions<IsComplex extends boolean = boolean> {
  readonly psi: IsComplex extends true ? Complex<Float64Array> : Float64Array;
  readonly x: Float64Array;
}

/** What replaces a continuous wavelet's own values. All are rounded to float32, as PyWavelets stores them. */
export interface ContinuousWaveletOptions {
  readonly lowerBound?: number;
  readonly upperBound?: number;
  /** Of shan, fbsp and cmor. */
  readonly centerFrequency?: number;
  /** Of shan, fbsp and cmor. */
  readonly bandwidthFrequency?: number;
  /** Of fbsp. */
  readonly fbspOrder?: number;
}

/**
 * The continuous wavelet of that name, as PyWavelets has it (upper case is accepted): gaus1–gaus8, cgau1–cgau8, mexh,
 * morl, shanB-C, fbspM-B-C, cmorB-C. The bare shan, fbsp and cmor work, with a warning.
 *
 * @throws WaveletError with reason "wavelet" for another name and for values that no wavelet can have
 */
export function continuousWavelet(
  name: RealName,
  options?: ContinuousWaveletOptions,
): ContinuousWavelet<false>;
export function continuousWavelet(
  name: ComplexName,
  options?: ContinuousWaveletOptions,
): ContinuousWavelet<true>;
export function continuousWavelet(name: string, options?: ContinuousWaveletOptions): ContinuousWavelet;
export function continuousWavelet(name: string, options: ContinuousWaveletOptions = {}): ContinuousWavelet {
  const key = typeof name === "string" ? name.toLowerCase() : "";
  const family = continuousRegistry.find((candidate) => isOf(candidate, key));
  if (family === undefined) throw new WaveletError(unknownContinuous(name), "wavelet");
  return new FormulaWavelet(key, family, parametersOf(key, family, options), boundsOf(family, options));
}

/**
 * The wavelet of that name, discrete or continuous, as `pywt.DiscreteContinuousWavelet`; with filters, a discrete one
 * of these.
 *
 * @throws WaveletError as `wavelet` and `continuousWavelet` do
 */
export function discreteContinuousWavelet(name: OrthogonalName): Wavelet<true>;
export function discreteContinuousWavelet(name: BiorthogonalName): Wavelet<false>;
export function discreteContinuousWavelet(name: RealName): ContinuousWavelet<false>;
export function discreteContinuousWavelet(name: ComplexName): ContinuousWavelet<true>;
export function discreteContinuousWavelet(name: string): Wavelet | ContinuousWavelet;
export function discreteContinuousWavelet<Orthogonal extends boolean = false>(
  name: string,
  filterBank: FilterBankLike,
  options?: CustomWaveletOptions<Orthogonal>,
): Wavelet<Orthogonal>;
export function discreteContinuousWavelet(
  name: string,
  filterBank?: FilterBankLike,
  options?: CustomWaveletOptions,
): Wavelet | ContinuousWavelet {
  if (filterBank !== undefined) return wavelet(name, filterBank, options);
  const key = typeof name === "string" ? name.toLowerCase() : "";
  if (continuousRegistry.some((family) => isOf(family, key))) return continuousWavelet(key);
  if (wavelist({ kind: "discrete" }).includes(key)) return wavelet(key);
  throw new WaveletError(unknownEither(name), "wavelet");
}

function isOf(family: ContinuousFamily, name: string): boolean {
  return (
    family.names.includes(name) || (family.parameters !== undefined && name.startsWith(family.shortName))
  );
}

const none = { fbspOrder: 0, bandwidthFrequency: 0, centerFrequency: 0 } as const;

function parametersOf(
  name: string,
  family: ContinuousFamily,
  options: ContinuousWaveletOptions,
): PsiParameters {
  const suffix = name.slice(family.shortName.length);
  const parameters = {
    ...none,
    ...named(name, suffix, family),
    order: family.parameters ? 0 : Number(suffix),
  };
  for (const key of ["fbspOrder", "bandwidthFrequency", "centerFrequency"] as const) {
    const own = family.parameters?.some(([parameter]) => parameter === key) ?? false;
    if (options[key] !== undefined && !own) {
      throw new WaveletError(`${name} has no ${key} to set`, "wavelet");
    }
    if (own) parameters[key] = checkedParameter(options[key] ?? parameters[key], key);
  }
  return parameters;
}

/** The values that the name gives: those of "1.5-1.0" in cmor1.5-1.0. */
function named(name: string, suffix: string, family: ContinuousFamily): Partial<Parameters> {
  if (family.parameters === undefined) return {};
  const bare = family.shortName + family.parameters.map(([, value]) => value).join("-");
  if (suffix === "") {
    warn(`${name} without parameters stands for ${bare}; say so, as PyWavelets may drop the bare name`);
    return Object.fromEntries(family.parameters);
  }
  const values = suffix.split("-");
  if (values.length !== family.parameters.length || !values.every((value) => /^\d+(\.\d*)?$/.test(value))) {
    throw new WaveletError(
      `${shown(name)} must have the form ${continuousExtent(family)} with plain numbers, such as ${bare}`,
      "wavelet",
    );
  }
  return Object.fromEntries(family.parameters.map(([key], i) => [key, Number(values[i])]));
}

function checkedParameter(value: unknown, key: keyof Parameters): number {
  const whole = key === "fbspOrder";
  const stored = typeof value === "number" ? Math.fround(value) : 0;
  if (stored > 0 && stored < Number.POSITIVE_INFINITY && (!whole || Number.isInteger(value))) return stored;
  throw new WaveletError(
    `${key} must be a positive ${whole ? "integer" : "number"}, got ${shown(value)}`,
    "wavelet",
  );
}

function boundsOf(family: ContinuousFamily, options: ContinuousWaveletOptions): [number, number] {
  const lower = options.lowerBound ?? family.bounds[0];
  const upper = options.upperBound ?? family.bounds[1];
  const finite = Number.isFinite(lower) && Number.isFinite(upper);
  if (finite && Math.fround(lower) < Math.fround(upper)) return [Math.fround(lower), Math.fround(upper)];
  throw new WaveletError(
    `lowerBound must be a number below upperBound, got ${shown(lower)} and ${shown(upper)}`,
    "wavelet",
  );
}

/** Plain fields, which copy and clone; the formula beside them does not. */
class FormulaWavelet implements ContinuousWavelet {
  readonly name: string;
  readonly familyName: string;
  readonly shortFamilyName: string;
  readonly lowerBound: number;
  readonly upperBound: number;
  readonly centerFrequency: number | undefined;
  readonly bandwidthFrequency: number | undefined;
  readonly fbspOrder: number | undefined;
  readonly complexCwt: boolean;
  readonly symmetry: Symmetry;
  readonly orthogonal = false;
  readonly biorthogonal = false;
  readonly #psi: (x: Float64Array) => Float64Array[];

  constructor(name: string, family: ContinuousFamily, parameters: PsiParameters, bounds: [number, number]) {
    this.name = name;
    this.familyName = family.name;
    this.shortFamilyName = family.shortName;
    [this.lowerBound, this.upperBound] = bounds;
    this.centerFrequency = parameters.centerFrequency || undefined;
    this.bandwidthFrequency = parameters.bandwidthFrequency || undefined;
    this.fbspOrder = parameters.fbspOrder || undefined;
    this.complexCwt = family.complex;
    this.symmetry = family.symmetry(parameters.order);
    this.#psi = (x) => family.psi(x, parameters);
  }

  wavefun({ level = 8, length }: ContinuousWavefunOptions = {}): ContinuousFunctions<boolean> {
    const points =
      length === undefined ? 2 ** checkedLevel(level, "level", 0) : checkedLength(length, "length", 1);
    const x = grid(this.lowerBound, this.upperBound, points);
    const [re, im] = this.#psi(x);
    return { psi: im === undefined ? re! : { re: re!, im }, x };
  }
}

/** Rounded as numpy's linspace rounds. */
function grid(from: number, to: number, points: number): Float64Array {
  const step = (to - from) / Math.max(points - 1, 1);
  const x = Float64Array.from({ length: points }, (_, i) => i * step + from);
  if (points > 1) x[points - 1] = to;
  return x;
}
