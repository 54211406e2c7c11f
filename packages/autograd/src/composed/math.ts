/** Functions composed of core ops, by what they do. */
export {
  elementIsFinite as isFinite,
  greater,
  greaterEqual,
  lessEqual,
  logicalXor,
  notEqual,
} from "./comparison";
export { type ArangeOptions, arange, eye, full, ones, onesLike, zeros, zerosLike } from "./creation";
export {
  ceil,
  clamp,
  exp2,
  expm1,
  log1p,
  log2,
  log10,
  reciprocal,
  remainder,
  round,
  rsqrt,
  sign,
  square,
} from "./elementary";
export {
  all,
  any,
  argmin,
  logSumExp,
  mean,
  min,
  norm,
  prod,
  std,
  type VarianceOptions,
  variance,
} from "./reductions";
export {
  flatten,
  moveAxis,
  repeat,
  roll,
  split,
  squeeze,
  stack,
  swapAxes,
  tile,
  tril,
  triu,
  unsqueeze,
} from "./shapes";
export { acos, acosh, asin, asinh, atan2, atanh, cosh, sinh, tan } from "./trigonometry";
