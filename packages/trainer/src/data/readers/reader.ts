import type { Row } from "../dataset";

/** Settings that some formats take. */
export interface ReadOptions {
  /** JSON: the field of the file's one object that holds the records. */
  readonly field?: string | undefined;
  /** CSV: what separates the columns; default `,`, for `.tsv` a tab. */
  readonly delimiter?: string | undefined;
}

/** A file that is open for reading rows. */
export interface RowSource {
  /** Number of records. */
  readonly length: number;
  /** Records `from` (included) to `to` (excluded, default: the end). */
  rows(from?: number, to?: number): Promise<Row[]>;
  close?(): Promise<void>;
}

/** A file format. To add one, write a file with a `Format` and give it a line in `readers/index.ts`. */
export interface Format {
  readonly name: string;
  /** Endings of file names, lower case, with the dot. */
  readonly extensions: readonly string[];
  /** Whether a `.gz` may follow the extension. */
  readonly gzip: boolean;
  /** @throws DatasetError if the file is broken */
  open(path: string, options: ReadOptions): Promise<RowSource>;
}
