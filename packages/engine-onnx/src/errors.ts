const brand = Symbol.for("waveft.engine-onnx.error");

/** A provider that is not here, a feed that does not fit, or a graph that ONNX Runtime refuses. */
export class OnnxEngineError extends Error {
  override readonly name = "OnnxEngineError";
  readonly [brand] = true;
}

/** Holds across module copies, where `instanceof` does not. */
export const isOnnxEngineError = (error: unknown): error is OnnxEngineError =>
  typeof error === "object" && error !== null && brand in error;
