/** A family of discrete wavelets: what cannot be derived, and nothing else. */
export interface Family {
  readonly name: string;
  /** What the names of its wavelets start with. */
  readonly shortName: string;
  readonly symmetry: Symmetry;
  readonly orthogonal: boolean;
  /** Of the wavelet ψ and the scaling function φ; undefined where there are none to speak of. */
  vanishingMoments(name: string): { readonly psi: number; readonly phi: number } | undefined;
  /** The reconstruction low-pass filter of each wavelet, in the family's order. */
  readonly recLo: Taps;
  /** The decomposition low-pass filters, where they are not the reversed recLo. */
  readonly decLo?: Taps;
  /** How PyWavelets makes float32 taps, where it does not just round them. */
  readonly toSingle?: (tap: number) => number;
}

export type Symmetry = "asymmetric" | "near symmetric" | "symmetric" | "anti-symmetric" | "unknown";
export type Taps = Readonly<Record<string, readonly number[]>>;
