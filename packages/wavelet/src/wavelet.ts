import { type FilterBank, type FilterBanks, filterLength } from "./core/filter-bank";
import { shown, WaveletError } from "./errors";
import { registry } from "./families";
import type { Family, Symmetry } from "./families/family";

/** A named discrete wavelet. The filters' lengths are equal and even. */
export interface Wavelet extends FilterBank {
  readonly name: string;
  /** Decomposition low-pass. */
  readonly decLo: Float64Array;
  /** Decomposition high-pass. */
  readonly decHi: Float64Array;
  /** Reconstruction low-pass; its sum is √2. */
  readonly recLo: Float64Array;
  /** Reconstruction high-pass. */
  readonly recHi: Float64Array;
  /** Taps of each filter. */
  readonly length: number;
  readonly familyName: string;
  readonly shortFamilyName: string;
  readonly symmetry: Symmetry;
  readonly orthogonal: boolean;
  readonly biorthogonal: boolean;
  /** Of the wavelet ψ and the scaling function φ; undefined for dmey. */
  readonly vanishingMoments: { readonly psi: number; readonly phi: number } | undefined;
}

/** A wavelet by name, or anything with the four filters. */
export type WaveletLike = string | FilterBank;

/**
 * The wavelet of that name, as PyWavelets has it (upper case is accepted). Every call makes new arrays.
 *
 * @throws WaveletError with reason "wavelet" for a name that no family has
 */
export function wavelet(name: string): Wavelet {
  const key = typeof name === "string" ? name.toLowerCase() : "";
  const family = registry.find((candidate: Family) => Object.hasOwn(candidate.recLo, key));
  if (family === undefined) throw new WaveletError(unknown(name), "wavelet");
  return build(key, family);
}

/** Names of the wavelets: of one family (short name), or all, families in alphabetical order as in PyWavelets. */
export function wavelist(family?: string): string[] {
  if (family === undefined) {
    const sorted = registry.toSorted((a, b) => (a.shortName < b.shortName ? -1 : 1));
    return sorted.flatMap((each) => Object.keys(each.recLo));
  }
  const found = registry.find((each) => each.shortName === family);
  if (found === undefined) {
    throw new WaveletError(
      `no family ${shown(family)}; the families are ${families().join(", ")}`,
      "wavelet",
    );
  }
  return Object.keys(found.recLo);
}

/** The families' short names (haar, db, …), or their full ones. */
export function families(short = true): string[] {
  return registry.map((family) => (short ? family.shortName : family.name));
}

const built = new Map<string, Wavelet>();

/** The filter bank that a caller means; named ones are built once and never handed out. */
export function resolve(like: WaveletLike): FilterBank {
  if (typeof like !== "string") {
    filterLength(like);
    return like;
  }
  let found = built.get(like);
  if (found === undefined) {
    found = wavelet(like);
    built.set(like, found);
  }
  return found;
}

/** One wavelet for every axis or one for each. */
export type WaveletLikes = WaveletLike | readonly WaveletLike[];

/** `resolve` for the wavelets of several axes. */
export function resolveEach(likes: WaveletLikes): FilterBanks {
  return isList(likes) ? likes.map(resolve) : resolve(likes);
}

function isList(likes: WaveletLikes): likes is readonly WaveletLike[] {
  return Array.isArray(likes);
}

/** The high-pass filters follow from the low-pass ones: recHi[k] = (−1)ᵏ decLo[k], decHi[k] = −(−1)ᵏ recLo[k]. */
function build(name: string, family: Family): Wavelet {
  const recLo = Float64Array.from(family.recLo[name]!);
  const decLo = Float64Array.from(family.decLo?.[name] ?? recLo.toReversed());
  return {
    name,
    decLo,
    decHi: recLo.map((tap, k) => (k % 2 === 0 ? -tap : tap)),
    recLo,
    recHi: decLo.map((tap, k) => (k % 2 === 0 ? tap : -tap)),
    length: recLo.length,
    familyName: family.name,
    shortFamilyName: family.shortName,
    symmetry: family.symmetry,
    orthogonal: family.orthogonal,
    biorthogonal: true,
    vanishingMoments: family.vanishingMoments(name),
  };
}

/** `no wavelet named "db99"; daubechies has db1–db38`, or all families where the name resembles none. */
function unknown(name: unknown): string {
  const prefix = typeof name === "string" ? name.toLowerCase().replace(/[\d.]*$/, "") : "";
  const family = registry.find((each) => each.shortName === prefix);
  const allowed = family
    ? `${family.name.toLowerCase()} has ${extent(family)}`
    : `there are ${registry.map(extent).join(", ")}`;
  return `no wavelet named ${shown(name)}; ${allowed}`;
}

function extent(family: Family): string {
  const names = Object.keys(family.recLo);
  if (family.decLo !== undefined) return names.join(" ");
  return names.length === 1 ? names[0]! : `${names[0]}–${names.at(-1)}`;
}
