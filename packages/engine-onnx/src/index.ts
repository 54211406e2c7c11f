export { listProviders, type OnnxEngineOptions, onnxEngine } from "./engine";
export { isOnnxEngineError, OnnxEngineError } from "./errors";
export type { Provider } from "./providers";
export type { Runtime } from "./runtime";
export { type ToOnnxOptions, toOnnx } from "./to-onnx";
