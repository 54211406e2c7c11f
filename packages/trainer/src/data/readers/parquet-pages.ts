import type { ColumnMetaData, Compressors, FileMetaData, RowGroup } from "hyparquet";
import type { ByteRanges } from "../local-files";
import { countInRuns } from "./parquet-runs";

/** What is needed to look into the pages of a column. */
interface Column {
  readonly meta: ColumnMetaData;
  readonly compressors: Compressors;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
}

/** A page header's fields by number, as `parquet.thrift` numbers them. */
// biome-ignore lint/suspicious/noExplicitAny: what a damaged file holds has no type.
type Header = Record<string, any>;

const dictionaryEncodings = [2, 8];
const runLengthEncoding = 3;

/**
 * Checks the pages of a row group before they are decoded: sizes that stay inside the column, as many values as the
 * footer says, and no run of values longer than its page. A damaged count would otherwise make the decoder fill
 * memory until the process ends.
 *
 * @throws RangeError naming the column
 */
export async function checkPages(
  file: ByteRanges,
  { schema }: FileMetaData,
  group: RowGroup,
  compressors: Compressors,
): Promise<void> {
  const { deserializeTCompactProtocol } = await import("hyparquet/src/thrift.js");
  const { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } = await import(
    "hyparquet/src/schema.js"
  );
  for (const { meta_data: meta } of group.columns) {
    if (!meta) throw new RangeError("a column without a description");
    const fault = (what: string) => new RangeError(`the column ${meta.path_in_schema.join(".")} has ${what}`);
    const expected = Number(meta.num_values);
    // Lists have more values than rows, and an empty list counts as one.
    if (!(expected >= Number(group.num_rows))) throw fault(`${expected} values in ${group.num_rows} rows`);
    const [start, end] = byteRange(meta);
    if (!(start >= 4 && start <= end && end <= file.byteLength)) throw fault(`the bytes ${start}–${end}`);
    const path = getSchemaPath(schema, meta.path_in_schema);
    const column: Column = {
      meta,
      compressors,
      maxRepetition: getMaxRepetitionLevel(path),
      maxDefinition: getMaxDefinitionLevel(path),
    };
    const bytes = new Uint8Array(await file.slice(start, end));
    const reader = { view: new DataView(bytes.buffer), offset: 0 };
    let values = 0;
    while (values < expected) {
      const header: Header = deserializeTCompactProtocol(reader);
      const size = header.field_3;
      const data = header.field_5 ?? header.field_8;
      const count = (data ?? header.field_7)?.field_1;
      const isSized = [header.field_2, size, count].every((value) => Number.isInteger(value) && value >= 0);
      if (!isSized || size > bytes.length - reader.offset) throw fault("a damaged page header");
      // A dictionary of more values than bytes could hold only empty ones.
      if (!data && count > header.field_2 + 1) throw fault(`a dictionary of ${count} values`);
      if (data) {
        values += count;
        if (values > expected) break;
        try {
          checkRuns(column, header, bytes.subarray(reader.offset, reader.offset + size));
        } catch (error) {
          throw fault((error as Error).message);
        }
      }
      reader.offset += size;
    }
    if (values !== expected) throw fault(`${values} values in its pages, but ${expected} by the footer`);
  }
}

/** Walks the runs of a data page: repetition levels, definition levels, then dictionary indices or booleans. */
function checkRuns(column: Column, header: Header, stored: Uint8Array): void {
  const { maxRepetition, maxDefinition, meta } = column;
  const second: Header | undefined = header.field_8;
  const count: number = (second ?? header.field_5).field_1;
  const encoding: number = second ? second.field_4 : header.field_5.field_2;
  const hasRuns = dictionaryEncodings.includes(encoding) || encoding === runLengthEncoding;
  if (!hasRuns && maxRepetition + maxDefinition === 0) return;

  let present = count;
  let values: Uint8Array;
  if (second) {
    const [levels, repetitions] = [second.field_5 ?? 0, second.field_6 ?? 0] as [number, number];
    if (!(levels >= 0 && repetitions >= 0 && levels + repetitions <= stored.length))
      throw new RangeError("levels longer than their page");
    if (maxRepetition > 0) countInRuns(stored.subarray(0, repetitions), count, bitsOf(maxRepetition));
    if (maxDefinition > 0)
      countInRuns(stored.subarray(repetitions, repetitions + levels), count, bitsOf(maxDefinition));
    present = count - (second.field_2 ?? 0);
    if (!(present >= 0 && present <= count))
      throw new RangeError(`${second.field_2} nulls in a page of ${count}`);
    if (!hasRuns) return;
    const body = stored.subarray(levels + repetitions);
    const length = header.field_2 - levels - repetitions;
    values = second.field_7 === false ? body : unpacked(column, body, length);
  } else {
    values = unpacked(column, stored, header.field_2);
    for (const [level, isDefinition] of [
      [maxRepetition, false],
      [maxDefinition, true],
    ] as const) {
      if (level === 0) continue;
      const [levels, rest] = prefixed(values);
      const equal = countInRuns(levels, count, bitsOf(level), level);
      if (isDefinition) present = equal;
      values = rest;
    }
    if (!hasRuns) return;
  }
  if (present === 0) return;
  if (meta.type === "BOOLEAN") countInRuns(prefixed(values)[0], present, 1);
  else if (values[0] !== 0) countInRuns(values.subarray(1), present, values[0] ?? 1);
}

/** What follows a length of four bytes, cut to that length, and the rest. */
function prefixed(bytes: Uint8Array): [content: Uint8Array, rest: Uint8Array] {
  if (bytes.length < 4) throw new RangeError("a page that ends too early");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > bytes.length - 4) throw new RangeError("levels longer than their page");
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)];
}

function unpacked({ meta, compressors }: Column, bytes: Uint8Array, length: number): Uint8Array {
  if (meta.codec === "UNCOMPRESSED") return bytes;
  const unpack = compressors[meta.codec];
  if (!unpack) throw new RangeError(`the unknown compression ${meta.codec}`);
  return unpack(bytes, length);
}

const bitsOf = (level: number): number => 32 - Math.clz32(level);

function byteRange(column: ColumnMetaData): [start: number, end: number] {
  const dictionary = Number(column.dictionary_page_offset ?? 0);
  const data = Number(column.data_page_offset);
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return [start, start + Number(column.total_compressed_size)];
}
