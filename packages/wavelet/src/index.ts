export {
  boundaryDwt,
  boundaryIdwt,
  boundaryWavedec,
  boundaryWavedec2,
  boundaryWaverec,
  boundaryWaverec2,
} from "./boundary";
export {
  type ContinuousFunctions,
  type ContinuousWavefunOptions,
  type ContinuousWavelet,
  type ContinuousWaveletOptions,
  continuousWavelet,
  discreteContinuousWavelet,
} from "./continuous-wavelet";
export type { BoundaryInverseOptions, BoundaryOptions } from "./core/boundary/dwt";
export type { BoundaryWavedecOptions } from "./core/boundary/wavedec";
export type {
  Boundary2Options,
  BoundaryWavedec2Options,
  BoundaryWaverec2Options,
} from "./core/boundary/wavedec2";
export type { CwtMethod } from "./core/cwt";
export type { Bands, DwtOptions } from "./core/dwt";
export type { Bands2, Dwt2Options } from "./core/dwt2";
export type { BandsN, DwtnOptions } from "./core/dwtn-bands";
export type { FilterBank } from "./core/filter-bank";
export { type Mode, modes } from "./core/modes";
export type { Mra2Options, MranOptions, MraOptions } from "./core/mra";
export type { Coeffs1, WavedecOptions } from "./core/multilevel";
export type { PacketData, PacketSource } from "./core/packets/data";
export type { DecomposeOption, ReconstructOptions } from "./core/packets/node";
export type { PacketOrder } from "./core/packets/order";
export type { LevelOptions, PacketNode, WaveletPacketOptions } from "./core/packets/packet";
export type { PacketNode2D, WaveletPacket2DOptions } from "./core/packets/packet2";
export type { PacketNodeND, WaveletPacketNDOptions } from "./core/packets/packetn";
export type { PacketPath } from "./core/packets/paths";
export type { DowncoefOptions, Part, UpcoefOptions } from "./core/partial";
export type { FswavedecnOptions } from "./core/separable";
export type { SeparableCoeffs } from "./core/separable-result";
export { FswavedecnResult } from "./core/separable-result";
export type { Complex, NestedNumbers, RealSignal, Signal, Transformed } from "./core/signal";
export type { Slice } from "./core/slices";
export type { IswtOptions, StationaryOptions, SwtCoeffs } from "./core/stationary";
export type {
  Iswt2Options,
  IswtnOptions,
  Stationary2Options,
  StationaryNOptions,
  Swt2Coeffs,
} from "./core/stationary-nd";
export type { Coeffs2, Details2, Wavedec2Options } from "./core/wavedec2";
export type { CoeffsN, WavedecnOptions } from "./core/wavedecn";
export { type CwtCoefs, type CwtOptions, type CwtResult, cwt } from "./cwt";
export { type DemoSignalName, demoSignal } from "./demo-signal";
export { dwt, idwt } from "./dwt";
export { dwt2, idwt2 } from "./dwt2";
export { dwtn, idwtn } from "./dwtn";
export { WaveletError, type WaveletErrorReason } from "./errors";
export type { Symmetry } from "./families/family";
export type { FilterBankLike, FilterList } from "./filter-bank";
export { orthogonalFilterBank, qmf } from "./filters";
export {
  type AnyWavelet,
  centralFrequency,
  frequency2scale,
  type IntegratedBiorthogonal,
  type IntegratedWavelet,
  integrateWavelet,
  type PrecisionOptions,
  scale2frequency,
  type WaveletFunctions,
} from "./frequency";
export { fswavedecn, fswaverecn } from "./fswavedecn";
export { dwtCoeffLen, dwtMaxLevel, dwtnMaxLevel, swtMaxLevel } from "./lengths";
export { imra, imra2, imran, mra, mra2, mran } from "./mra";
export { WaveletPacket, WaveletPacket2D, WaveletPacketND } from "./packets";
export { type ArrayFormat, type ArrayToCoeffsOptions, arrayToCoeffs } from "./packing/array-to-coeffs";
export type { Block } from "./packing/block";
export type { CoeffsFormats, Details, PackableCoeffs } from "./packing/coefficients";
export { type CoeffsArray, type CoeffsToArrayOptions, coeffsToArray } from "./packing/coeffs-to-array";
export type { Flat, Stacked } from "./packing/forms";
export type { PerBand, ReadonlyPerBand } from "./packing/per-band";
export { type RavelCoeffsOptions, type RaveledCoeffs, ravelCoeffs } from "./packing/ravel-coeffs";
export type { UnraveledFormats } from "./packing/unravel-coeffs";
export { type UnravelCoeffsOptions, unravelCoeffs } from "./packing/unravel-coeffs";
export { wavedecnShapes, wavedecnSize } from "./packing/wavedecn-shapes";
export { type PadWidths, pad } from "./pad";
export { downcoef, upcoef } from "./partial";
export { recycle } from "./recycle";
export { iswt, type SwtOptions, swt } from "./swt";
export { iswt2, type Swt2Options, swt2 } from "./swt2";
export { iswtn, type SwtnOptions, swtn } from "./swtn";
export type { Selected, SelectingMode, ShrinkingMode } from "./threshold";
export { type ThresholdMode, type ThresholdOptions, threshold, thresholdFirm } from "./threshold";
export { wavedec, waverec } from "./wavedec";
export { wavedec2, waverec2 } from "./wavedec2";
export { wavedecn, waverecn } from "./wavedecn";
export type {
  BiorthogonalFunctions,
  DiscreteFunctions,
  OrthogonalFunctions,
  WavefunOptions,
} from "./wavefun";
export {
  type CustomWaveletOptions,
  type Wavelet,
  type WaveletLike,
  type WaveletLikes,
  wavelet,
} from "./wavelet";
export type { BiorthogonalName, ComplexName, OrthogonalName, RealName } from "./wavelet-names";
export { families, type WaveletKind, type WavelistOptions, wavelist } from "./wavelist";
