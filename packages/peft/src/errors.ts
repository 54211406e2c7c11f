const brand = Symbol.for("waveft.peft.error");

/** What a caller did wrong, in one sentence that says what is allowed. */
export class PeftError extends Error {
  override readonly name = "PeftError";
  readonly [brand] = true;
}

/** Holds across module copies, where `instanceof` does not. */
export const isPeftError = (error: unknown): error is PeftError =>
  typeof error === "object" && error !== null && brand in error;
