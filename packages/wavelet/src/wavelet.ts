import { type FilterBank, type FilterBanks, filterLength } from "./core/filter-bank";
import { WaveletError } from "./errors";
import { registry } from "./families";
import type { Family, Symmetry } from "./families/family";
import { filterBankOf } from "./families/filter-bank";
import { type FilterBankLike, type FilterList, readFilterBank } from "./filter-bank";
import {
  biorthogonalFunctions,
  checkedLevel,
  type DiscreteFunctions,
  orthogonalFunctions,
  type WavefunOptions,
} from "./wavefun";
import type { BiorthogonalName, OrthogonalName } from "./wavelet-names";
import { unknownDiscrete } from "./wavelist";

/** A discrete wavelet. The filters' lengths are equal and even. */
export interface Wavelet<Orthogonal extends boolean = boolean> extends FilterBank {
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
  readonly orthogonal: Orthogonal;
  readonly biorthogonal: boolean;
  /** Of the wavelet ψ and the scaling function φ; undefined for dmey. */
  readonly vanishingMoments: { readonly psi: number; readonly phi: number } | undefined;
  /** decLo, decHi, recLo, recHi. */
  readonly filterBank: FilterList;
  /** recLo, recHi, decLo, decHi, each reversed: decomposition and reconstruction exchanged. */
  readonly inverseFilterBank: FilterList;
  /**
   * Approximates φ and ψ, as `pywt.Wavelet.wavefun`: `{ phi, psi, x }` for an orthogonal wavelet, else
   * `{ phiD, psiD, phiR, psiR, x }` for decomposition and reconstruction.
   */
  wavefun(options?: WavefunOptions): DiscreteFunctions<Orthogonal>;
}

/** A wavelet by name, or anything with the four filters. */
export type WaveletLike = string | FilterBank;

export interface CustomWaveletOptions<Orthogonal extends boolean = boolean> {
  /** @default false */
  readonly orthogonal?: Orthogonal;
  /** @default false */
  readonly biorthogonal?: boolean;
}

/**
 * The wavelet of that name, as PyWavelets has it (upper case is accepted), or one of your own filters: an object with
 * the four, or a list of decLo, decHi, recLo and recHi. Every call makes new arrays.
 *
 * @throws WaveletError with reason "wavelet" for a name that no discrete family has, and for filters that are not
 *   four of one length
 */
export function wavelet(name: OrthogonalName): Wavelet<true>;
export function wavelet(name: BiorthogonalName): Wavelet<false>;
export function wavelet(name: string): Wavelet;
export function wavelet<Orthogonal extends boolean = false>(
  name: string,
  filterBank: FilterBankLike,
  options?: CustomWaveletOptions<Orthogonal>,
): Wavelet<Orthogonal>;
export function wavelet(
  name: string,
  filterBank?: FilterBankLike,
  { orthogonal = false, biorthogonal = false }: CustomWaveletOptions = {},
): Wavelet {
  if (filterBank !== undefined) {
    return new DiscreteWavelet(name, readFilterBank(filterBank), { ...custom, orthogonal, biorthogonal });
  }
  const key = typeof name === "string" ? name.toLowerCase() : "";
  const family = registry.find((candidate: Family) => Object.hasOwn(candidate.recLo, key));
  if (family === undefined) throw new WaveletError(unknownDiscrete(name), "wavelet");
  return named(key, family);
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

type Filters = ReturnType<typeof readFilterBank>;

/** What a wavelet has beside its filters. */
type Properties = Pick<
  Wavelet,
  "familyName" | "shortFamilyName" | "symmetry" | "orthogonal" | "biorthogonal" | "vanishingMoments"
>;

/** PyWavelets' properties of filters that it does not know. */
const custom = {
  familyName: "",
  shortFamilyName: "",
  symmetry: "unknown",
  vanishingMoments: { psi: 0, phi: 0 },
} as const;

function named(name: string, family: Family): Wavelet {
  return new DiscreteWavelet(name, filterBankOf(family, name), {
    familyName: family.name,
    shortFamilyName: family.shortName,
    symmetry: family.symmetry,
    orthogonal: family.orthogonal,
    biorthogonal: true,
    vanishingMoments: family.vanishingMoments(name),
  });
}

/** Plain fields, which copy and clone, and methods beside them, which need not. */
class DiscreteWavelet implements Wavelet {
  readonly name: string;
  readonly decLo: Float64Array;
  readonly decHi: Float64Array;
  readonly recLo: Float64Array;
  readonly recHi: Float64Array;
  readonly length: number;
  readonly familyName: string;
  readonly shortFamilyName: string;
  readonly symmetry: Symmetry;
  readonly orthogonal: boolean;
  readonly biorthogonal: boolean;
  readonly vanishingMoments: Wavelet["vanishingMoments"];

  readonly #toSingle: FilterBank["toSingle"];

  constructor(
    name: string,
    { decLo, decHi, recLo, recHi, toSingle }: Filters & Pick<FilterBank, "toSingle">,
    properties: Properties,
  ) {
    this.#toSingle = toSingle;
    this.name = name;
    this.decLo = decLo;
    this.decHi = decHi;
    this.recLo = recLo;
    this.recHi = recHi;
    this.length = recLo.length;
    this.familyName = properties.familyName;
    this.shortFamilyName = properties.shortFamilyName;
    this.symmetry = properties.symmetry;
    this.orthogonal = properties.orthogonal;
    this.biorthogonal = properties.biorthogonal;
    this.vanishingMoments = properties.vanishingMoments;
  }

  /** A getter, since functions do not clone. */
  get toSingle(): FilterBank["toSingle"] {
    return this.#toSingle;
  }

  get filterBank(): FilterList {
    return [this.decLo, this.decHi, this.recLo, this.recHi];
  }

  get inverseFilterBank(): FilterList {
    return [
      this.recLo.toReversed(),
      this.recHi.toReversed(),
      this.decLo.toReversed(),
      this.decHi.toReversed(),
    ];
  }

  wavefun({ level = 8 }: WavefunOptions = {}): DiscreteFunctions<boolean> {
    const checked = checkedLevel(level, "level", 1);
    if (this.orthogonal) return orthogonalFunctions(this, checked);
    // PyWavelets' sign; custom filters that are not biorthogonal either keep theirs.
    const turned = this.biorthogonal && (this.vanishingMoments?.psi ?? 0) % 4 !== 1;
    const [decLo, decHi, recLo, recHi] = this.inverseFilterBank;
    return biorthogonalFunctions(this, { decLo, decHi, recLo, recHi }, checked, turned ? -1 : 1);
  }
}
