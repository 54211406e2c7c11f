import type { Row } from "../dataset";
import { DatasetError, quotedList } from "../dataset-error";
import { readBytes, readText } from "../local-files";
import { findJsonFault } from "./json-fault";
import type { Format, ReadOptions, RowSource } from "./reader";

/**
 * JSON lines (read as a stream, one object a line, empty lines allowed), one array of objects, or one object with
 * the records in a field. As in `datasets`, the content tells which it is and not the extension.
 */
export const json: Format = {
  name: "JSON",
  extensions: [".json", ".jsonl", ".ndjson"],
  gzip: true,
  open: async (path, options) => wholeFile(await readRecords(path, options)),
};

/** A file that must be read whole. */
export function wholeFile(rows: Row[]): RowSource {
  return {
    length: rows.length,
    rows: async (from = 0, to = rows.length) =>
      from === 0 && to >= rows.length ? rows : rows.slice(from, to),
  };
}

async function readRecords(path: string, options: ReadOptions): Promise<Row[]> {
  if (options.field !== undefined) return recordsIn(await readDocument(path), path, options.field);
  if ((await firstCharacter(path)) === "[") return recordsIn(await readDocument(path), path, undefined);
  return readLines(path);
}

/** The first character that is not white space, or undefined. */
async function firstCharacter(path: string): Promise<string | undefined> {
  for await (const chunk of readBytes(path))
    for (const byte of chunk) if (!isSpace(byte)) return String.fromCharCode(byte);
  return undefined;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

async function readLines(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let line = 0;
  for await (const bytes of splitLines(readBytes(path))) {
    line++;
    if (bytes.every(isSpace)) continue;
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch (error) {
      throw new DatasetError(`line ${line} of ${path} is not UTF-8 text`, { file: path, line, cause: error });
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      // One object over many lines: its first line alone is no JSON.
      if (rows.length === 0) {
        const document = await tryDocument(path);
        if (document !== undefined) return recordsIn(document, path, undefined);
      }
      const fault = findJsonFault(text);
      const where = fault ? `, column ${fault.column}: ${fault.reason}` : "";
      throw new DatasetError(`line ${line} of ${path} is not valid JSON${where}`, {
        file: path,
        line,
        cause: error,
      });
    }
    rows.push(asRecord(value, `line ${line} of ${path}`, { file: path, line }));
  }
  return rows;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Lines without their line feed. A piece that several reads bring is put together once. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield join(open, chunk.subarray(start, end));
      open = [];
      start = end + 1;
    }
    if (start < chunk.length) open.push(chunk.subarray(start));
  }
  if (open.length > 0) yield join(open, new Uint8Array(0));
}

function join(pieces: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  if (pieces.length === 0) return last;
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, last.length));
  let at = 0;
  for (const piece of [...pieces, last]) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readText(path);
  if (text.trim() === "") throw new DatasetError(`${path} is empty`, { file: path });
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = findJsonFault(text);
    const where = fault
      ? ` at line ${fault.line}, column ${fault.column} (position ${fault.offset}): ${fault.reason}`
      : "";
    throw new DatasetError(`${path} is not valid JSON${where}`, {
      file: path,
      ...(fault && { line: fault.line }),
      cause: error,
    });
  }
}

async function tryDocument(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path));
  } catch {
    return undefined;
  }
}

/** The records of a whole JSON document: an array of objects, a table of columns in a field, or one object. */
function recordsIn(document: unknown, path: string, field: string | undefined): Row[] {
  let value = document;
  if (field !== undefined) {
    if (!isRecord(value))
      throw new DatasetError(`${path} holds ${kindOfJson(value)} at the top, so it has no field "${field}"`, {
        file: path,
      });
    if (!Object.hasOwn(value, field))
      throw new DatasetError(`${path} has no field "${field}"; it has ${quotedList(Object.keys(value))}`, {
        file: path,
      });
    value = value[field];
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => asRecord(item, `record ${index + 1} of ${path}`, { file: path }));
  }
  if (field === undefined) return [asRecord(value, path, { file: path })];
  return fromColumns(value, path, field);
}

/** `{ a: [1, 2], b: [3, 4] }` as the records `{ a: 1, b: 3 }`, `{ a: 2, b: 4 }`. */
function fromColumns(value: unknown, path: string, field: string): Row[] {
  const columns = isRecord(value) ? Object.entries(value) : [];
  const length = Array.isArray(columns[0]?.[1]) ? columns[0][1].length : -1;
  if (!columns.every(([, column]) => Array.isArray(column) && column.length === length) || length < 0) {
    throw new DatasetError(
      `the field "${field}" of ${path} must be an array of objects or an object of equally long arrays, but is ` +
        kindOfJson(value),
      { file: path },
    );
  }
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown[])[i]])),
  );
}

function asRecord(value: unknown, where: string, place: { file: string; line?: number }): Row {
  if (isRecord(value)) return value;
  throw new DatasetError(
    `${where} is ${kindOfJson(value)}, but a record is an object such as {"text": "…"}`,
    place,
  );
}

function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOfJson(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
