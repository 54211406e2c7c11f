export { onigurumaRegExp } from "./oniguruma";
export { pythonRegExp } from "./python";
export { type SafeMatch, SafeRegExp } from "./safe-regexp";
