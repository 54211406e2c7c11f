import { callSite } from "./call-site";

const brand = Symbol.for("waveft.autograd.error");

/** What a caller did wrong, in one sentence that says what is allowed, and where in the caller's code. */
export class AutogradError extends Error {
  override readonly name = "AutogradError";
  readonly [brand] = true;
  /** `file:line:column` of the call from outside this package; null where the stack does not show it. */
  readonly callSite: string | null;

  constructor(
    /** The message without the place of the call. */
    readonly sentence: string,
    options?: ErrorOptions,
  ) {
    const place = callSite();
    super(place === null ? sentence : `${sentence} (at ${place})`, options);
    this.callSite = place;
  }
}

/** Holds across module copies, where `instanceof` does not. */
export const isAutogradError = (error: unknown): error is AutogradError =>
  typeof error === "object" && error !== null && brand in error;
