import { csv, tsv } from "./csv";
import { json } from "./json";
import { parquet } from "./parquet";
import type { Format } from "./reader";

/** Every format that can be loaded. */
export const formats = { json, csv, tsv, parquet } satisfies Record<string, Format>;

const allFormats: readonly Format[] = Object.values(formats);

/** `.json, .jsonl, …` for error messages. */
export const supportedExtensions = allFormats.flatMap((format) => format.extensions).join(", ");

/** The format of a file by its name. */
export function formatOf(name: string): Format | undefined {
  const lower = name.toLowerCase();
  const bare = lower.endsWith(".gz") ? lower.slice(0, -3) : lower;
  return allFormats.find(
    (format) =>
      (format.gzip || bare === lower) && format.extensions.some((extension) => bare.endsWith(extension)),
  );
}

export type { Format, ReadOptions, RowSource } from "./reader";
