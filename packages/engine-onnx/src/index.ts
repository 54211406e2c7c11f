export { listProviders, type OnnxEngineOptions, onnxEngine } from "./engine";
export { isOnnxEngineError, OnnxEngineError } from "./errors";
export type { Provider } from "./providers";
export type { Runtime } from "./runtime";
export { toOnnx } from "./to-onnx";
