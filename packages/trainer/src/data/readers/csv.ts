import type { CsvError, InfoRecord } from "csv-parse";
import type { Row } from "../dataset";
import { DatasetError } from "../dataset-error";
import { readBytes, streamOf } from "../local-files";
import { columnNames, typeColumn } from "./csv-types";
import { wholeFile } from "./json";
import type { Format, ReadOptions } from "./reader";

/**
 * CSV with a header line, as `pandas.read_csv` reads it: columns get the type that all their cells allow, short lines
 * are filled with `null`, empty lines are skipped; a line with too many columns or an open quote is an error.
 */
export const csv: Format = format("CSV", ".csv", ",");

/** CSV with tabs. */
export const tsv: Format = format("TSV", ".tsv", "\t");

function format(name: string, extension: string, delimiter: string): Format {
  return {
    name,
    extensions: [extension],
    gzip: true,
    open: async (path, options: ReadOptions) =>
      wholeFile(await readTable(path, options.delimiter ?? delimiter)),
  };
}

async function readTable(path: string, delimiter: string): Promise<Row[]> {
  if (delimiter === "") throw new DatasetError("delimiter must not be empty; a comma is the default");
  const { header, cells } = await readCells(path, delimiter);
  const names = columnNames(header);
  const columns = names.map((_, column) => typeColumn(cells.map((record) => record[column])));
  return cells.map((_, row) =>
    Object.fromEntries(names.map((name, column) => [name, columns[column]![row]])),
  );
}

/** The text of all cells, header apart. */
async function readCells(path: string, delimiter: string): Promise<{ header: string[]; cells: string[][] }> {
  let header: string[] | undefined;
  const cells: string[][] = [];
  let broken: { reason: string; offset: number } | undefined;
  /** Bytes up to the end of the last record that was read. */
  let offset = 0;

  // Only when it is needed: it asks for Node's streams.
  const { parse } = await import("csv-parse");
  const parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    // A quote inside an unquoted cell is a character, as for pandas.
    relax_quotes: true,
    skip_empty_lines: true,
    on_record: (record: string[], info: InfoRecord) => {
      const isBlank = record.length === 1 && record[0]!.trim() === "" && record[0] !== "";
      if (broken) return null;
      const start = offset;
      offset = info.bytes;
      if (isBlank) return null;
      if (!header) header = record;
      else if (record.length > header.length && record.slice(header.length).some((cell) => cell !== ""))
        broken = {
          reason: `has ${record.length} columns, but the header has ${header.length}`,
          offset: start,
        };
      else cells.push(record);
      return null;
    },
  });

  await new Promise<void>((done, failed) => {
    const source = streamOf(utf8Only(readBytes(path), path));
    const stop = (error: unknown) => {
      source.destroy();
      parser.destroy();
      failed(error);
    };
    source.on("error", stop);
    parser.on("error", stop);
    parser.on("end", done);
    parser.resume();
    source.pipe(parser);
  }).catch((error: CsvError | DatasetError) => {
    if (DatasetError.isInstance(error)) throw error;
    const reason =
      error.code === "CSV_QUOTE_NOT_CLOSED"
        ? "opens a quote that is never closed"
        : `is not valid CSV: ${error.message}`;
    broken ??= { reason, offset };
  });

  if (broken) {
    const line = await lineAfter(path, broken.offset);
    throw new DatasetError(`line ${line} of ${path} ${broken.reason}`, { file: path, line });
  }
  return { header: header ?? [], cells };
}

/** Passes bytes on while they are UTF-8. */
async function* utf8Only(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const check = (decode: () => void) => {
    try {
      decode();
    } catch (error) {
      throw new DatasetError(`${path} is not UTF-8 text`, { file: path, cause: error });
    }
  };
  for await (const chunk of chunks) {
    check(() => decoder.decode(chunk, { stream: true }));
    yield chunk;
  }
  check(() => decoder.decode());
}

/** The line on which the first record behind a byte offset begins. Line ends are `\n`, `\r\n` and `\r`. */
async function lineAfter(path: string, offset: number): Promise<number> {
  let line = 1;
  let at = 0;
  let previous = 0;
  for await (const chunk of readBytes(path)) {
    for (const byte of chunk) {
      const isEnd = byte === 0x0a || byte === 0x0d;
      if (at >= offset && !isEnd) return line;
      if (isEnd && !(byte === 0x0a && previous === 0x0d)) line++;
      previous = byte;
      at++;
    }
  }
  return line;
}
