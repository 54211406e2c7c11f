import type { Symmetry } from "../family";

/** A family of continuous wavelets: wavelets given by a formula, without filters. */
export interface ContinuousFamily {
  readonly name: string;
  /** What the names of its wavelets start with. */
  readonly shortName: string;
  /** Its wavelets as `wavelist` has them, in the family's order. */
  readonly names: readonly string[];
  /** Whether ψ is complex. */
  readonly complex: boolean;
  /** Outside of them ψ counts as zero. */
  readonly bounds: readonly [lower: number, upper: number];
  symmetry(order: number): Symmetry;
  /** Where names hold parameters, as in shanB-C: which, in this order, and their values for the bare name. */
  readonly parameters?: readonly (readonly [keyof Parameters, number])[];
  /** The real part of ψ at every x, and the imaginary one of a complex ψ. */
  psi(x: Float64Array, parameters: PsiParameters): Float64Array[];
}

/** What names such as fbsp2-1.5-1.0 hold. */
export interface Parameters {
  readonly fbspOrder: number;
  readonly bandwidthFrequency: number;
  readonly centerFrequency: number;
}

/** The parameters, 0 where the family has none. */
export interface PsiParameters extends Parameters {
  /** The number in names such as gaus3. */
  readonly order: number;
}
