export { proportionalBudget, uniformBudget } from "./budgets";
export { type CoordinateSet, coordinateSet, type MatrixShape, randomCoordinates } from "./coordinates";
export { SparseError, type SparseErrorReason } from "./errors";
export { Mt19937 } from "./mt19937";
export { SparseParameter } from "./parameter";
export { sampledProduct } from "./product";
export { randperm, randpermPrefix } from "./randperm";
export { type SparseState, SparseStore } from "./store";
