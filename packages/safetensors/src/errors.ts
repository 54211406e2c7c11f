const brand = Symbol.for("@waveft/safetensors.SafetensorsError");

/** A file, header, tensor or source that cannot be read or written as safetensors; the message is one sentence. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
  readonly [brand] = true;

  constructor(message: string, options?: ErrorOptions) {
    // JSON.parse quotes the text around a fault, line ends included.
    super(message.replace(/\s*[\r\n]\s*/g, " "), options);
  }
}

/** Recognises the error across copies of this package (ESM and CommonJS), where `instanceof` fails. */
export const isSafetensorsError = (error: unknown): error is SafetensorsError =>
  typeof error === "object" && error !== null && brand in error;
