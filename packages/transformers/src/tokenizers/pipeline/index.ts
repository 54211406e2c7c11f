export type { AddedToken } from "./added-vocabulary";
export { modelType } from "./models";
export { Part, shown } from "./part";
export { Pipeline } from "./pipeline";
