import { DatasetError } from "./dataset-error";
import { permutation } from "./numpy-random";

/** One record of a data set: a plain object of columns. What a file leaves out is `null`. */
export type Row = Record<string, unknown>;

/** How {@link Dataset.trainTestSplit} divides. */
export interface TrainTestSplitOptions {
  /** Rows of the test part: a whole number ≥ 1 is a count, a number in (0, 1) a share, rounded up. Default 0.25. */
  readonly testSize?: number;
  /** Rows of the train part, a count or a share, rounded down. Default: all that the test part leaves. */
  readonly trainSize?: number;
  /** Seed of the order, default 42. */
  readonly seed?: number | bigint;
  /** Default true. If false, the test part is the end of the data set. */
  readonly shuffle?: boolean;
}

/**
 * An immutable list of records. Every method gives a new data set and leaves this one alone; rows are shared, not
 * copied, so treat them as read-only. Orders equal those of Hugging Face `datasets` for equal seeds.
 */
export class Dataset<R extends Row = Row> implements Iterable<R> {
  readonly #rows: readonly R[];
  #columnNames: readonly string[] | undefined;

  private constructor(rows: readonly R[]) {
    this.#rows = rows;
  }

  /** A data set of these records, in this order. The array is copied, the records are not. */
  static from<R extends Row>(rows: Iterable<R>): Dataset<R> {
    return new Dataset([...rows]);
  }

  /** Number of records. */
  get length(): number {
    return this.#rows.length;
  }

  /** Names of all columns, in the order in which they first appear. */
  get columnNames(): readonly string[] {
    if (!this.#columnNames) {
      const names = new Set<string>();
      for (const row of this.#rows) for (const name in row) names.add(name);
      this.#columnNames = [...names];
    }
    return this.#columnNames;
  }

  /**
   * The record at an index; a negative index counts from the end.
   *
   * @throws DatasetError if there is no such record
   */
  at(index: number): R {
    const row = this.#rows.at(index);
    if (!Number.isInteger(index) || row === undefined || index < -this.length)
      throw new DatasetError(`no record ${index}; the data set has ${this.length}`);
    return row;
  }

  /** The records at these indices, in this order; an index may come twice. */
  select(indices: Iterable<number>): Dataset<R> {
    return new Dataset(Array.from(indices, (index) => this.at(index)));
  }

  /** The data set of `fn(row, index)`. */
  map<S extends Row>(fn: (row: R, index: number) => S): Dataset<S> {
    return new Dataset(this.#rows.map((row, index) => fn(row, index)));
  }

  /** The records for which `fn(row, index)` is true. */
  filter(fn: (row: R, index: number) => boolean): Dataset<R> {
    return new Dataset(this.#rows.filter((row, index) => fn(row, index)));
  }

  [Symbol.iterator](): IterableIterator<R> {
    return this.#rows[Symbol.iterator]();
  }

  /**
   * The records in the order `numpy.random.default_rng(seed).permutation(length)`, as `datasets` shuffles.
   * Without a seed the order differs at every call.
   */
  shuffle({
    seed = Math.floor(Math.random() * 2 ** 32),
  }: {
    readonly seed?: number | bigint;
  } = {}): Dataset<R> {
    return this.select(orderOf(this.length, seed));
  }

  /**
   * Two data sets without a common record. Shuffled, the test part is the beginning of the permutation and the train
   * part what follows it; otherwise the train part is the beginning of the data set and the test part what follows.
   * The same rows as `datasets` with the same options (whose seed has no default).
   *
   * @throws DatasetError if a size is out of range or the train part would be empty
   */
  trainTestSplit(options: TrainTestSplitOptions = {}): { train: Dataset<R>; test: Dataset<R> } {
    const total = this.length;
    if (total === 0) return { train: this, test: this };
    const { train, test } = splitSizes(total, options);
    if (options.shuffle === false) {
      return {
        train: new Dataset(this.#rows.slice(0, train)),
        test: new Dataset(this.#rows.slice(train, train + test)),
      };
    }
    const order = orderOf(total, options.seed ?? 42);
    return {
      train: this.select(order.subarray(test, test + train)),
      test: this.select(order.subarray(0, test)),
    };
  }
}

function orderOf(length: number, seed: number | bigint): Uint32Array {
  try {
    return permutation(length, seed);
  } catch (error) {
    throw new DatasetError((error as RangeError).message, { cause: error });
  }
}

/** Rows of each part, by the rules of `datasets`: the test share rounds up, the train share down. */
function splitSizes(total: number, options: TrainTestSplitOptions): { train: number; test: number } {
  const { trainSize } = options;
  const testSize = options.testSize ?? (trainSize === undefined ? 0.25 : undefined);
  checkSize("testSize", testSize, total);
  checkSize("trainSize", trainSize, total);

  const testRows = testSize === undefined ? undefined : testSize < 1 ? Math.ceil(testSize * total) : testSize;
  const trainRows =
    trainSize === undefined ? undefined : trainSize < 1 ? Math.floor(trainSize * total) : trainSize;
  const train = trainRows ?? total - testRows!;
  const test = testRows ?? total - train;
  if (train + test > total) {
    throw new DatasetError(
      `testSize and trainSize ask for ${test} + ${train} records, but there are ${total}; make one smaller`,
    );
  }
  if (train === 0) {
    throw new DatasetError(
      `of ${total} records, testSize ${testSize} and trainSize ${trainSize} leave none to train on; change one`,
    );
  }
  return { train, test };
}

function checkSize(name: string, size: number | undefined, total: number): void {
  if (size === undefined) return;
  const isShare = size > 0 && size < 1;
  const isCount = Number.isInteger(size) && size > 0 && size < total;
  if (isShare || isCount) return;
  throw new DatasetError(
    `${name} must be a whole number from 1 to ${total - 1} (there are ${total} records) or a share between 0 and 1, ` +
      `but got ${size}`,
  );
}
