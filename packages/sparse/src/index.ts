export { type BlockScoreOptions, blockCoordinates, blockGrid, blockScores } from "./blocks";
export { type NamedShape, patternBudget, proportionalBudget, uniformBudget } from "./budgets";
export type { CoordinateSet, MatrixShape } from "./coordinate-set";
export { coordinateSet, flatCoordinates, flatIndices, randomCoordinates } from "./coordinates";
export { SparseError, type SparseErrorReason } from "./errors";
export { applyMask, nonzeroCoordinates, toMask } from "./masks";
export { type MemoryReport, type MemoryUse, memoryUse } from "./memory";
export { Mt19937 } from "./mt19937";
export { type CompressedRows, compressedRows, sortRowMajor, transpose } from "./order";
export { SparseParameter } from "./parameter";
export { randperm, randpermPrefix } from "./randperm";
export {
  magnitudeCoordinates,
  nmCoordinates,
  type SelectionOptions,
  scoreCoordinates,
} from "./score-coordinates";
export { addScore, type ScoreInputs, type ScoreName, type Scores, scoreOf } from "./scores";
export { type SddmmOptions, sddmm } from "./sddmm";
export { complement, contains, difference, intersection, positions, union } from "./sets";
export { type SpmmOptions, spmm } from "./spmm";
export type { SparseState, SparseTensor, StateTensor } from "./state";
export { SparseStore } from "./store";
export { type GlobalBudgetOptions, globalBudget, totalBudget } from "./total-budget";
export { add, type FloatArray, gather, reindex, type SparseMatrix, scatter, toDense } from "./values";
