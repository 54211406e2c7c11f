export type { DataFiles } from "./data-files";
export { Dataset, type Row, type TrainTestSplitOptions } from "./dataset";
export { DatasetError, type DatasetErrorPlace } from "./dataset-error";
export type { DatasetFiles, HubAccess, ResolveRepo } from "./dataset-files";
export { type LoadDatasetOptions, loadDataset } from "./load-dataset";
export { Pcg64, permutation } from "./numpy-random";
export {
  type CollatePackedOptions,
  collatePacked,
  ignoredLabel,
  type PackedRows,
  packSequences,
  type TokenizedExample,
} from "./packing";
export { parseSplit, type RowRange, resolveSplit, type SplitTerm } from "./split-expression";
