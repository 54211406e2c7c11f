import { DatasetError, quotedList } from "./dataset-error";

/** One term of a split expression: rows `from` to `to` of a split, still in the unit in which they were written. */
export interface SplitTerm {
  readonly split: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly unit: "rows" | "percent";
  /** How percents become rows: to the nearest row (halves to even), or in multiples of ⌊rows / 100⌋. */
  readonly rounding: "closest" | "pct1_dropremainder";
}

/** Rows `from` (included) to `to` (excluded) of a split. */
export interface RowRange {
  readonly split: string;
  readonly from: number;
  readonly to: number;
}

const termPattern =
  /^(?<split>[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)(?:\[(?:(?<from>-?\d+(?:_\d+)*)(?<fromPercent>%)?)?:(?:(?<to>-?\d+(?:_\d+)*)(?<toPercent>%)?)?\])?(?:\((?<rounding>[^)]*)\))?$/u;

const examples = '"train", "train[:1%]", "train[10:20]", "train[-5%:]" or "train[:100]+test[:50]"';

/**
 * Reads an expression such as `train[:1%]`, `train[10:20]`, `train[-5%:]` or `train[:100]+test[:50]` in the language
 * of Hugging Face `datasets`. If either boundary has a percent sign, both are percents.
 *
 * @throws DatasetError for anything else
 */
export function parseSplit(expression: string): SplitTerm[] {
  return expression.split(/\s*\+\s*/).map((term) => parseTerm(term, expression));
}

function parseTerm(term: string, expression: string): SplitTerm {
  const groups = termPattern.exec(term)?.groups;
  if (!groups) throw new DatasetError(`cannot read the split "${expression}"; write it like ${examples}`);
  const from = boundary(groups.from);
  const to = boundary(groups.to);
  const unit = groups.fromPercent || groups.toPercent ? "percent" : "rows";
  const rounding = groups.rounding ?? "closest";
  if (rounding !== "closest" && rounding !== "pct1_dropremainder") {
    throw new DatasetError(
      `the split "${expression}" asks for the rounding "${rounding}"; allowed are "closest" and "pct1_dropremainder"`,
    );
  }
  if (unit === "rows" && groups.rounding !== undefined)
    throw new DatasetError(`the split "${expression}" names a rounding, which only percents can have`);
  if (unit === "percent" && [from, to].some((value) => value !== undefined && Math.abs(value) > 100))
    throw new DatasetError(`the split "${expression}" has a percent outside -100…100`);
  return { split: groups.split!, from, to, unit, rounding };
}

function boundary(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits.replaceAll("_", ""));
}

/**
 * The rows that the terms mean, given the length of each split. Equal to `datasets`' own for every size.
 *
 * @throws DatasetError if there is no such split, or the rounding needs 100 rows and there are fewer
 */
export function resolveSplit(terms: readonly SplitTerm[], lengths: ReadonlyMap<string, number>): RowRange[] {
  return terms.map((term) => {
    const length = lengths.get(term.split);
    if (length === undefined) throw unknownSplit(term.split, [...lengths.keys()]);
    const from = absoluteRow(term.from ?? 0, term, length);
    const to = term.to === undefined ? length : absoluteRow(term.to, term, length);
    return { split: term.split, from, to: Math.max(from, to) };
  });
}

/** The error for a split that a data set does not have. */
export function unknownSplit(split: string, known: readonly string[]): DatasetError {
  return new DatasetError(`no split named "${split}"; the data set has ${quotedList(known)}`);
}

function absoluteRow(value: number, term: SplitTerm, length: number): number {
  let row = value;
  if (term.unit === "percent") {
    if (term.rounding === "closest") row = roundHalfToEven((value * length) / 100);
    else if (length < 100)
      throw new DatasetError(
        `the rounding "pct1_dropremainder" needs 100 records, but the split "${term.split}" has ${length}`,
      );
    else row = value * Math.trunc(length / 100);
  }
  if (row < 0) row = Math.max(length + row, 0);
  return Math.min(row, length);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const fraction = value - below;
  if (fraction !== 0.5) return Math.round(value) + 0; // never −0
  return below % 2 === 0 ? below : below + 1;
}
