/** A wrong setting or input: its sentence is shown, and the command exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
