const brand = Symbol.for("@waveft/wavelet.WaveletError");

/** Which argument was wrong. */
export type WaveletErrorReason = "wavelet" | "mode" | "data" | "shape" | "axis" | "length" | "scale" | "path";

/** Every error this package throws about its input. */
export class WaveletError extends Error {
  readonly reason: WaveletErrorReason;

  constructor(message: string, reason: WaveletErrorReason) {
    super(`wavelet: ${message}`);
    this.name = "WaveletError";
    this.reason = reason;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Holds across the ESM and CommonJS copies, where `instanceof` does not. */
  static isInstance(error: unknown): error is WaveletError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

/** A value as it can stand in a message. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
