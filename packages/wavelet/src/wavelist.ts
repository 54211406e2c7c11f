import { shown, WaveletError } from "./errors";
import { registry } from "./families";
import { continuousRegistry } from "./families/continuous";
import type { ContinuousFamily, Parameters } from "./families/continuous/family";
import type { Family } from "./families/family";

export type WaveletKind = "all" | "discrete" | "continuous";

export interface WavelistOptions {
  /** Which wavelets, where no family is named. @default "all" */
  readonly kind?: WaveletKind;
}

/** A family's names, whatever its kind. */
interface NamedFamily {
  readonly name: string;
  readonly shortName: string;
  readonly names: readonly string[];
}

const discrete: readonly NamedFamily[] = registry.map(({ name, shortName, recLo }) => ({
  name,
  shortName,
  names: Object.keys(recLo),
}));

const kinds: Readonly<Record<WaveletKind, readonly NamedFamily[]>> = {
  all: [...discrete, ...continuousRegistry],
  discrete,
  continuous: continuousRegistry,
};

/**
 * Names of the wavelets, as `pywt.wavelist`: of one family (by its short name), or of all of a kind, families in
 * alphabetical order. Of shanB-C, fbspM-B-C and cmorB-C it has the bare names.
 *
 * @throws WaveletError with reason "wavelet" for an unknown family or kind
 */
export function wavelist(options?: WavelistOptions): string[];
export function wavelist(family: string | null | undefined, options?: WavelistOptions): string[];
export function wavelist(family?: string | null | WavelistOptions, options: WavelistOptions = {}): string[] {
  if (typeof family === "object" && family !== null) return wavelist(undefined, family);
  const kind = options.kind ?? "all";
  if (!Object.hasOwn(kinds, kind)) {
    throw new WaveletError(
      `no kind ${shown(kind)} of wavelets; the kinds are ${Object.keys(kinds).join(", ")}`,
      "wavelet",
    );
  }
  if (family === undefined || family === null) {
    const sorted = kinds[kind].toSorted((a, b) => (a.shortName < b.shortName ? -1 : 1));
    return sorted.flatMap(({ names }) => names);
  }
  const found = kinds.all.find(({ shortName }) => shortName === family);
  if (found !== undefined) return [...found.names];
  throw new WaveletError(`no family ${shown(family)}; the families are ${families().join(", ")}`, "wavelet");
}

/** The families' short names (haar, db, …), or their full ones; the discrete ones come first. */
export function families(short = true): string[] {
  return kinds.all.map((family) => (short ? family.shortName : family.name));
}

/** `no wavelet named "db99"; daubechies has db1–db38`, or all families where the name resembles none. */
export function unknownDiscrete(name: unknown): string {
  const continuous = familyLike(name, continuousRegistry);
  if (continuous !== undefined) {
    return `${shown(name)} is of the continuous family ${continuous.shortName}; this needs a discrete wavelet (cwt and continuousWavelet take continuous ones)`;
  }
  const family = familyLike(name, registry);
  return family
    ? `no wavelet named ${shown(name)}; ${family.name.toLowerCase()} has ${extent(family)}`
    : `no wavelet named ${shown(name)}; there are ${registry.map(extent).join(", ")}`;
}

/** gaus1–gaus8, mexh, … cmorB-C */
export function continuousExtents(): string {
  return continuousRegistry.map(continuousExtent).join(", ");
}

/** As `unknownDiscrete` for continuous wavelets. */
export function unknownContinuous(name: unknown): string {
  const all = continuousExtents();
  if (familyLike(name, registry) !== undefined) {
    return `${shown(name)} is of a discrete family; this needs a continuous wavelet: ${all}`;
  }
  const family = familyLike(name, continuousRegistry);
  return family
    ? `no continuous wavelet named ${shown(name)}; there ${family.names.length > 1 ? "are" : "is"} ${continuousExtent(family)}`
    : `no continuous wavelet named ${shown(name)}; there are ${all}`;
}

/** The same for either. */
export function unknownEither(name: unknown): string {
  if (familyLike(name, continuousRegistry) !== undefined) return unknownContinuous(name);
  const discrete = unknownDiscrete(name);
  return familyLike(name, registry) ? discrete : `${discrete}, ${continuousExtents()}`;
}

/** The family whose short name the name starts with, before any number. */
function familyLike<F extends { shortName: string }>(name: unknown, among: readonly F[]): F | undefined {
  const prefix = typeof name === "string" ? name.toLowerCase().replace(/[\d.-]*$/, "") : "";
  return among.find(({ shortName }) => shortName === prefix);
}

function extent(family: Family): string {
  const names = Object.keys(family.recLo);
  return family.decLo === undefined ? range(names) : names.join(" ");
}

/** gaus1–gaus8, or shanB-C where names hold parameters. */
export function continuousExtent({ shortName, names, parameters }: ContinuousFamily): string {
  return parameters ? shortName + parameters.map(([key]) => letters[key]).join("-") : range(names);
}

const letters: Readonly<Record<keyof Parameters, string>> = {
  fbspOrder: "M",
  bandwidthFrequency: "B",
  centerFrequency: "C",
};

function range(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names[0]}–${names.at(-1)}`;
}
