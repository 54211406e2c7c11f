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
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value)
    ? (value as ArrayLike<number>)
    : undefined;

/** The tokens of a row: ids of the model's vocabulary, where it says how large that is. */
export const inputIdsOf = (
  row: Readonly<Record<string, unknown>>,
  fail: (sentence: string) => never,
  vocabSize: number | undefined,
): ArrayLike<number> => {
  const inputIds = numbersOf(row.inputIds);
  if (inputIds === undefined || inputIds.length === 0)
    return fail("has no inputIds; tokenize the texts first");
  checkIds("inputIds", inputIds, vocabSize, fail);
  return inputIds;
};

/** Refuses numbers that are no ids; `besides` is allowed too. */
export const checkIds = (
  name: string,
  ids: ArrayLike<number>,
  vocabSize = Number.POSITIVE_INFINITY,
  fail: (sentence: string) => never,
  besides?: number,
): void => {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if ((Number.isSafeInteger(id) && id >= 0 && id < vocabSize) || id === besides) continue;
    const range = Number.isFinite(vocabSize) ? `go from 0 to ${vocabSize - 1}` : "are integers from 0";
    fail(
      `has ${shown(id)} in its ${name}; ids ${range}${besides === undefined ? "" : `, and ${besides} is none`}`,
    );
  }
};

/** A value in a sentence. */
export const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);

/** Rows in groups of 2ᵏ, the largest first: 7 rows are 4 + 2 + 1. */
export function* groupsOfRows(
  rows: readonly (readonly number[])[],
  maxRows: number,
): Generator<readonly (readonly number[])[]> {
  let start = 0;
  for (let size = maxRows; size >= 1; size /= 2)
    for (; rows.length - start >= size; start += size) yield rows.slice(start, start + size);
}
