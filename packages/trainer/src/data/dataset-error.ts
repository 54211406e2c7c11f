const brand = Symbol.for("@waveft/trainer.DatasetError");

/** Where in a file a {@link DatasetError} lies. */
export interface DatasetErrorPlace {
  /** Path of the file, as it was given or as it lies in its folder or repository. */
  readonly file?: string;
  /** Line, counted from 1. */
  readonly line?: number;
}

/**
 * A data set that cannot be found, read or cut as asked. The message is one sentence for the user; it starts with
 * `dataset:` and names the file and, where there is one, the line.
 */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
  readonly file: string | undefined;
  readonly line: number | undefined;

  constructor(message: string, place: DatasetErrorPlace & { readonly cause?: unknown } = {}) {
    super(`dataset: ${message}`, place.cause === undefined ? undefined : { cause: place.cause });
    this.file = place.file;
    this.line = place.line;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for a DatasetError of this or any other copy of the package. */
  static isInstance(value: unknown): value is DatasetError {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The message of anything thrown, on one line. */
export function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s+/g, " ").trim();
}

/** `"a", "b", "c"` for error messages, cut after `limit` names. */
export function quotedList(names: readonly string[], limit = 12): string {
  const shown = names.slice(0, limit).map((name) => `"${name}"`);
  if (names.length > limit) shown.push(`… (${names.length} in all)`);
  return shown.join(", ");
}
