/** The texts that pandas reads as a missing value, quoted or not. */
const missing: ReadonlySet<string> = new Set([
  "",
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-1.#IND",
  "-1.#QNAN",
  "-NaN",
  "-nan",
  "1.#IND",
  "1.#QNAN",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "None",
  "n/a",
  "nan",
  "null",
]);

const integer = /^[ \t]*[+-]?[0-9]+[ \t]*$/;
const decimal = /^[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*$/;
const infinite = /^[ \t]*([+-]?)inf(?:inity)?[ \t]*$/i;
const truth = /^(?:true|false)$/i;

const smallestInt64 = -(2n ** 63n);
const largestInt64 = 2n ** 63n - 1n;
const largestUint64 = 2n ** 64n - 1n;

/**
 * The values of a CSV column, typed as `pandas.read_csv` types it: a column is whole numbers, else numbers, else
 * booleans, else text; missing values are `null` in each. A whole number that a JavaScript number cannot hold is a
 * bigint; whole numbers outside 64 bits leave the column as text.
 */
export function typeColumn(cells: readonly (string | undefined)[]): unknown[] {
  const known = cells.filter((cell): cell is string => cell !== undefined && !missing.has(cell));
  const convert = known.length === 0 ? undefined : converterFor(known, known.length < cells.length);
  return cells.map((cell) => {
    if (cell === undefined || missing.has(cell)) return null;
    return convert ? convert(cell) : cell;
  });
}

function converterFor(
  cells: readonly string[],
  hasMissing: boolean,
): ((cell: string) => unknown) | undefined {
  // pandas gives up on numbers at a whole number beyond 64 bits, unless it has met a fraction before.
  const firstOther = cells.findIndex((cell) => !integer.test(cell));
  const whole = firstOther < 0 ? cells : cells.slice(0, firstOther);
  if (whole.some(isBeyond64Bits)) return undefined;
  if (firstOther < 0) {
    // With a gap pandas goes over to floats, which round.
    if (hasMissing || cells.every(isSafe)) return (cell) => Number(cell) + 0;
    const values = cells.map(bigintOf);
    const isMixed = values.some((value) => value < 0n) && values.some((value) => value > largestInt64);
    return isMixed ? undefined : (cell) => (isSafe(cell) ? Number(cell) + 0 : bigintOf(cell));
  }
  if (cells.every((cell) => decimal.test(cell) || infinite.test(cell))) return toFloat;
  if (cells.every((cell) => truth.test(cell))) return (cell) => cell.toLowerCase() === "true";
  return undefined;
}

function bigintOf(cell: string): bigint {
  return BigInt(cell.trim().replace(/^\+/, ""));
}

function isSafe(cell: string): boolean {
  return Number.isSafeInteger(Number(cell));
}

function isBeyond64Bits(cell: string): boolean {
  if (isSafe(cell)) return false;
  const value = bigintOf(cell);
  return value < smallestInt64 || value > largestUint64;
}

function toFloat(cell: string): number {
  const sign = infinite.exec(cell)?.[1];
  if (sign === undefined) return Number(cell);
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Column names as pandas gives them: an empty one is `Unnamed: 2`, a second `a` is `a.1`. */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return header.map((cell, index) => {
    const base = cell === "" ? `Unnamed: ${index}` : cell;
    let name = base;
    while (taken.has(name)) {
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      name = `${base}.${count}`;
    }
    taken.add(name);
    return name;
  });
}
