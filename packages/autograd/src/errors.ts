const brand = Symbol.for("waveft.autograd.error");

/** What a caller did wrong, in one sentence that says what is allowed. */
export class AutogradError extends Error {
  override readonly name = "AutogradError";
  readonly [brand] = true;
}

/** Holds across module copies, where `instanceof` does not. */
export const isAutogradError = (error: unknown): error is AutogradError =>
  typeof error === "object" && error !== null && brand in error;
