import type { FileMetaData, SchemaTree } from "hyparquet";
import type { Row } from "../dataset";
import { DatasetError, reasonOf } from "../dataset-error";
import { type ByteRanges, openRanges } from "../local-files";
import { checkPages } from "./parquet-pages";
import { unpackOnce } from "./parquet-unpacked";
import type { Format, RowSource } from "./reader";

/**
 * Parquet, read by byte ranges: only the row groups that hold the wanted rows. Values come as `datasets` gives them:
 * integers as numbers (as bigints beyond ±(2⁵³ − 1)), decimals as numbers, times as `Date`, bytes as `Uint8Array`,
 * lists and structs nested, missing values as `null`.
 */
export const parquet: Format = {
  name: "Parquet",
  extensions: [".parquet", ".geoparquet", ".gpq"],
  gzip: false,
  open: openParquet,
};

const magic = 0x31524150; // "PAR1"
const text = new TextDecoder("utf-8", { ignoreBOM: true });

async function openParquet(path: string): Promise<RowSource> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  const file = await openRanges(path);
  const corrupt = (error: unknown) =>
    new DatasetError(`${path} is a corrupt Parquet file: ${reasonOf(error)}`, { file: path, cause: error });
  try {
    await checkMagic(file, path);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false }).catch((error: unknown) => {
      throw corrupt(error);
    });
    const starts = groupStarts(metadata, path);
    let isWhole = false;
    try {
      isWhole = hasAllColumns(metadata, leafPaths(parquetSchema(metadata)));
    } catch (error) {
      throw corrupt(error);
    }
    if (!isWhole) throw corrupt("its row groups have other columns than its schema");
    const length = starts.at(-1)!;
    return {
      length,
      async rows(from = 0, to = length) {
        const rows: Row[] = [];
        for (let group = 0; group + 1 < starts.length; group++) {
          const rowStart = Math.max(from, starts[group]!);
          const rowEnd = Math.min(to, starts[group + 1]!);
          if (rowStart >= rowEnd) continue;
          const { keeping, taking } = unpackOnce(compressors);
          await checkPages(file, metadata, metadata.row_groups[group]!, keeping).catch((error: unknown) => {
            throw corrupt(error);
          });
          const read = await parquetReadObjects({
            file,
            metadata,
            rowStart,
            rowEnd,
            compressors: taking,
            utf8: false,
            geoparquet: false,
            parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && text.decode(bytes) },
          }).catch((error: unknown) => {
            throw corrupt(error);
          });
          if (read.length !== rowEnd - rowStart)
            throw corrupt(`row group ${group} has ${read.length} rows, its header says ${rowEnd - rowStart}`);
          for (const row of read) rows.push(plainRow(row));
        }
        return rows;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function checkMagic(file: ByteRanges, path: string): Promise<void> {
  if (file.byteLength === 0) throw new DatasetError(`${path} is empty`, { file: path });
  const isParquet =
    file.byteLength >= 12 &&
    new DataView(await file.slice(0, 4)).getUint32(0, true) === magic &&
    new DataView(await file.slice(file.byteLength - 4)).getUint32(0, true) === magic;
  if (!isParquet)
    throw new DatasetError(
      `${path} is not a Parquet file, or was cut off: it must begin and end with "PAR1"`,
      {
        file: path,
      },
    );
}

/** The first row of each row group, and at the end the number of rows. */
function groupStarts(metadata: FileMetaData, path: string): number[] {
  const starts = [0];
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0)
      throw new DatasetError(`${path} is a corrupt Parquet file: a row group of ${group.num_rows} rows`, {
        file: path,
      });
    starts.push(starts.at(-1)! + rows);
  }
  if (starts.at(-1) !== Number(metadata.num_rows)) {
    throw new DatasetError(
      `${path} is a corrupt Parquet file: it says ${metadata.num_rows} rows, its row groups have ${starts.at(-1)}`,
      { file: path },
    );
  }
  return starts;
}

/** The paths of the columns that hold values, in schema order. */
function leafPaths(node: SchemaTree): string[] {
  return node.children.flatMap((child) =>
    child.children.length > 0 ? leafPaths(child) : [child.path.join("\n")],
  );
}

/**
 * Whether every row group has exactly the columns of the schema. The reader would start reading the others and leave
 * their failures to nobody, which ends a Node process.
 */
function hasAllColumns(metadata: FileMetaData, leaves: readonly string[]): boolean {
  return metadata.row_groups.every(
    ({ columns }) =>
      columns.length === leaves.length &&
      columns.every((column, i) => column.meta_data?.path_in_schema.join("\n") === leaves[i]),
  );
}

function plainRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value !== "object" || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plainValue);
  return plainRow(value as Record<string, unknown>);
}
