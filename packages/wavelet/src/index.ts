export {
  boundaryDwt,
  boundaryIdwt,
  boundaryWavedec,
  boundaryWavedec2,
  boundaryWaverec,
  boundaryWaverec2,
} from "./boundary";
export type { BoundaryInverseOptions, BoundaryOptions } from "./core/boundary/dwt";
export type { BoundaryWavedecOptions } from "./core/boundary/wavedec";
export type {
  Boundary2Options,
  BoundaryWavedec2Options,
  BoundaryWaverec2Options,
} from "./core/boundary/wavedec2";
export type { Bands, DwtOptions } from "./core/dwt";
export type { Bands2, Dwt2Options } from "./core/dwt2";
export type { FilterBank } from "./core/filter-bank";
export { type Mode, modes } from "./core/modes";
export type { Mra2Options, MranOptions, MraOptions } from "./core/mra";
export type { Complex, NestedNumbers, RealSignal, Signal, Transformed } from "./core/signal";
export type { IswtOptions, StationaryOptions, SwtCoeffs } from "./core/stationary";
export type {
  Iswt2Options,
  IswtnOptions,
  Stationary2Options,
  StationaryNOptions,
  Swt2Coeffs,
} from "./core/stationary-nd";
export { dwt, idwt } from "./dwt";
export { dwt2, idwt2 } from "./dwt2";
export { WaveletError, type WaveletErrorReason } from "./errors";
export type { Symmetry } from "./families/family";
export { dwtCoeffLen, dwtMaxLevel, swtMaxLevel } from "./lengths";
export { imra, imra2, imran, mra, mra2, mran } from "./mra";
export { iswt, type SwtOptions, swt } from "./swt";
export { iswt2, type Swt2Options, swt2 } from "./swt2";
export { iswtn, type SwtnOptions, swtn } from "./swtn";
export { type Wavelet, type WaveletLike, type WaveletLikes, wavelet } from "./wavelet";
export { families, wavelist } from "./wavelist";
