const brand = Symbol.for("@waveft/transformers.TransformersError");

/** A model, checkpoint, tokenizer or repository that cannot be used; the message is one sentence for the user. */
export class TransformersError extends Error {
  override readonly name = "TransformersError";
  readonly [brand] = true;

  constructor(message: string, options?: ErrorOptions) {
    // JSON.parse quotes the text around a fault, line ends included.
    super(message.replace(/\s*[\r\n]\s*/g, " "), options);
  }
}

/** Recognises the error across copies of this package (ESM and CommonJS), where `instanceof` fails. */
export const isTransformersError = (error: unknown): error is TransformersError =>
  typeof error === "object" && error !== null && brand in error;
