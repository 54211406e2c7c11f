const brand = Symbol.for("@waveft/sparse.SparseError");

/** What was wrong with the request: a caller that reports its own option names decides by this. */
export type SparseErrorReason = "seed" | "count" | "shape" | "values" | "name";

/** Every error this package throws about its input. */
export class SparseError extends Error {
  readonly reason: SparseErrorReason;

  constructor(message: string, reason: SparseErrorReason) {
    super(message);
    this.name = "SparseError";
    this.reason = reason;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Holds across the ESM and CommonJS copies, where `instanceof` does not. */
  static isInstance(error: unknown): error is SparseError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
