import { pickSplits } from "./data-files";
import { Dataset, type Row } from "./dataset";
import { DatasetError } from "./dataset-error";
import { type Located, type LocateOptions, locate } from "./locate";
import type { ReadOptions, RowSource } from "./readers";
import { parseSplit, resolveSplit } from "./split-expression";

/** What {@link loadDataset} loads, and from where. */
export interface LoadDatasetOptions extends LocateOptions, ReadOptions {
  /**
   * One split or a part of it: `train`, `train[:1%]`, `train[10:20]`, `train[-5%:]`, `train[:100]+test[:50]`, `all`.
   * Without it every split is loaded.
   */
  readonly split?: string | undefined;
}

/**
 * Loads a data set of JSON lines, JSON, CSV or Parquet files (JSON and CSV also as `.gz`), as Python's
 * `datasets.load_dataset` does.
 *
 * @param path a local file, a local folder, the name of a data set on the hub (`imdb`, `yahma/alpaca-cleaned`), or one
 *   of `json`, `csv`, `tsv`, `parquet` together with `dataFiles`
 * @returns the data set that `split` asks for; without `split` all splits by name. A file alone is the split `train`.
 * @throws DatasetError if nothing is found, a file is broken or empty, or there is no such split
 *
 * @example
 * const dataset = await loadDataset("imdb", { split: "train[:1%]" });
 * const { train, test } = await loadDataset("data", { dataFiles: { train: "a-*.jsonl", test: "b.jsonl" } });
 */
export function loadDataset(
  path: string,
  options: LoadDatasetOptions & { readonly split: string },
): Promise<Dataset>;
export function loadDataset(
  path: string,
  options?: LoadDatasetOptions & { readonly split?: undefined },
): Promise<Record<string, Dataset>>;
export function loadDataset(
  path: string,
  options?: LoadDatasetOptions,
): Promise<Dataset | Record<string, Dataset>>;
export async function loadDataset(
  path: string,
  options: LoadDatasetOptions = {},
): Promise<Dataset | Record<string, Dataset>> {
  const { split, field, delimiter, ...where } = options;
  const wanted = split === undefined || split === "all" ? undefined : parseSplit(split);
  const located = await locate(path, where);
  const read: ReadOptions = {
    field: field ?? located.read.field,
    delimiter: delimiter ?? located.read.delimiter,
  };
  if (!wanted) {
    const splits: Record<string, Dataset> = {};
    for (const name of located.splits.keys()) {
      const reader = await SplitReader.open(located, name, read);
      splits[name] = Dataset.from(sameColumns(await reader.rows(0, reader.length)));
    }
    return split === "all" ? Dataset.from(sameColumns(Object.values(splits).flatMap((s) => [...s]))) : splits;
  }

  const names = [...new Set(wanted.map((term) => term.split))];
  pickSplits(located.splits, names);
  const readers = new Map<string, SplitReader>();
  for (const name of names) readers.set(name, await SplitReader.open(located, name, read));
  const lengths = new Map([...readers].map(([name, reader]) => [name, reader.length]));
  const rows: Row[] = [];
  for (const range of resolveSplit(wanted, lengths))
    for (const row of await readers.get(range.split)!.rows(range.from, range.to)) rows.push(row);
  if (rows.length === 0) {
    const sizes = [...lengths].map(([name, length]) => `"${name}" has ${length}`).join(", ");
    throw new DatasetError(`the split "${split}" selects no records; ${sizes}`);
  }
  return Dataset.from(sameColumns(rows));
}

/** A file of a split. */
interface Source {
  readonly length: number;
  open(): Promise<RowSource>;
}

/** The files of one split as one list of rows. */
class SplitReader {
  readonly length: number;
  readonly #sources: readonly Source[];

  private constructor(sources: readonly Source[]) {
    this.#sources = sources;
    this.length = sources.reduce((sum, source) => sum + source.length, 0);
  }

  /** @throws DatasetError if a file is broken, or all are empty */
  static async open(located: Located, split: string, options: ReadOptions): Promise<SplitReader> {
    const names = located.splits.get(split) ?? [];
    const sources: Source[] = [];
    for (const name of names) {
      const path = await located.path(name);
      const source = await located.format.open(path, options);
      await source.close?.();
      const reopen = () => located.format.open(path, options);
      // What has no handle to close was read as a whole and is kept.
      sources.push({ length: source.length, open: source.close ? reopen : async () => source });
    }
    const reader = new SplitReader(sources);
    if (reader.length === 0) {
      const where = names.length === 1 ? names[0]! : `the split "${split}" of ${located.owner}`;
      throw new DatasetError(
        `${where} is empty: it has no records`,
        names.length === 1 ? { file: where } : {},
      );
    }
    return reader;
  }

  async rows(from: number, to: number): Promise<Row[]> {
    const rows: Row[] = [];
    let start = 0;
    for (const source of this.#sources) {
      const end = start + source.length;
      if (from < end && to > start) {
        const open = await source.open();
        try {
          const part = await open.rows(Math.max(from - start, 0), Math.min(to, end) - start);
          for (const row of part) rows.push(row);
        } finally {
          await open.close?.();
        }
      }
      start = end;
    }
    return rows;
  }
}

/** Rows that all have all columns, in one order; what a row lacks is `null`. */
function sameColumns(rows: Row[]): Row[] {
  const columns = new Set<string>();
  for (const row of rows) for (const name in row) columns.add(name);
  const names = [...columns];
  return rows.map((row) =>
    Object.keys(row).length === names.length
      ? row
      : Object.fromEntries(names.map((name) => [name, Object.hasOwn(row, name) ? row[name] : null])),
  );
}
