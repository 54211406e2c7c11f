const brand = Symbol.for("waveft.trainer.error");

/** What a caller did wrong, in one sentence that says what is allowed. */
export class TrainerError extends Error {
  override readonly name = "TrainerError";
  readonly [brand] = true;
}

/** Holds across module copies, where `instanceof` does not. */
export const isTrainerError = (error: unknown): error is TrainerError =>
  typeof error === "object" && error !== null && brand in error;
