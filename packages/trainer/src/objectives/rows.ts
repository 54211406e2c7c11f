import { TrainerError } from "../errors";
import type { RowSource } from "./objective";

/** Rows by a reader of one; errors name the data set and the row. */
export const readRows = <E>(
  name: string,
  rows: RowSource,
  read: (row: Readonly<Record<string, unknown>>, fail: (sentence: string) => never) => E,
): E[] => {
  const examples = Array.from({ length: rows.length }, (_, i) =>
    read((rows.at(i) ?? {}) as Readonly<Record<string, unknown>>, (sentence) => {
      throw new TrainerError(`trainer: row ${i} of the ${name} ${sentence}`);
    }),
  );
  if (examples.length === 0)
    throw new TrainerError(`trainer: the ${name} is empty; give at least one example`);
  return examples;
};

/** A field that holds numbers in a row; undefined where it is absent or null. */
export const numbersOf = (value: unknown): ArrayLike<number> | undefined =>
  typeof value === "object" && value !== null && "length" in value ? (value as ArrayLike<number>) : undefined;

/** The tokens of a row. */
export const inputIdsOf = (
  row: Readonly<Record<string, unknown>>,
  fail: (sentence: string) => never,
): ArrayLike<number> => {
  const inputIds = numbersOf(row.inputIds);
  if (inputIds === undefined || inputIds.length === 0)
    return fail("has no inputIds; tokenize the texts first");
  return inputIds;
};

/** Rows in groups of 2ᵏ, the largest first: 7 rows are 4 + 2 + 1. */
export function* groupsOfRows(
  rows: readonly (readonly number[])[],
  maxRows: number,
): Generator<readonly (readonly number[])[]> {
  let start = 0;
  for (let size = maxRows; size >= 1; size /= 2)
    for (; rows.length - start >= size; start += size) yield rows.slice(start, start + size);
}
