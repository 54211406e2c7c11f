import type { ColumnMetaData, RowGroup } from "hyparquet";
import type { ByteRanges } from "../local-files";

/**
 * Checks the page headers of a row group against the footer: sizes that stay inside the column, and as many values
 * as the footer says. A damaged count would otherwise make the decoder fill memory until the process ends.
 *
 * @throws RangeError naming the column
 */
export async function checkPages(file: ByteRanges, group: RowGroup): Promise<void> {
  const { deserializeTCompactProtocol } = await import("hyparquet/src/thrift.js");
  for (const { meta_data: column } of group.columns) {
    if (!column) throw new RangeError("a column without a description");
    const fault = (what: string) =>
      new RangeError(`the column ${column.path_in_schema.join(".")} has ${what}`);
    const expected = Number(column.num_values);
    // Lists have more values than rows, and an empty list counts as one.
    if (!(expected >= Number(group.num_rows))) throw fault(`${expected} values in ${group.num_rows} rows`);
    const [start, end] = byteRange(column);
    if (!(start >= 4 && start <= end && end <= file.byteLength)) throw fault(`the bytes ${start}–${end}`);
    const reader = { view: new DataView(await file.slice(start, end)), offset: 0 };
    let values = 0;
    while (values < expected) {
      const header = deserializeTCompactProtocol(reader);
      const size = header.field_3;
      const data = header.field_5 ?? header.field_8;
      const count = (data ?? header.field_7)?.field_1;
      const isSized = [header.field_2, size, count].every((value) => Number.isInteger(value) && value >= 0);
      if (!isSized || size > reader.view.byteLength - reader.offset) throw fault("a damaged page header");
      // A dictionary of more values than bytes could hold only empty ones.
      if (!data && count > header.field_2 + 1) throw fault(`a dictionary of ${count} values`);
      if (data) values += count;
      reader.offset += size;
    }
    if (values !== expected) throw fault(`${values} values in its pages, but ${expected} by the footer`);
  }
}

function byteRange(column: ColumnMetaData): [start: number, end: number] {
  const dictionary = Number(column.dictionary_page_offset ?? 0);
  const data = Number(column.data_page_offset);
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return [start, start + Number(column.total_compressed_size)];
}
