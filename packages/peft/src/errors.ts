const brand = Symbol.for("waveft.peft.error");

/** What a caller did wrong, in one sentence that says what is allowed. */
export class PeftError extends Error {
  override readonly name = "PeftError";
  readonly [brand] = true;
}

/** What `work` gives; its sentences begin with the source that they are about. */
export const about = <T>(source: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw isPeftError(error) ? new PeftError(`${source}: ${error.message}`, { cause: error }) : error;
  }
};

/** Holds across module copies, where `instanceof` does not. */
export const isPeftError = (error: unknown): error is PeftError =>
  typeof error === "object" && error !== null && brand in error;
