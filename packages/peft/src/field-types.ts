import { PeftError } from "./errors";

/** A kind of value that a field may hold, and its name in a message. */
export interface FieldType {
  readonly name: string;
  holds(value: unknown): boolean;
}

/** Plain objects only: entries of a Map, say, would go unseen. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === "[object Object]";

export const text: FieldType = { name: "a string", holds: (value) => typeof value === "string" };
export const flag: FieldType = { name: "true or false", holds: (value) => typeof value === "boolean" };
export const finite: FieldType = { name: "a finite number", holds: (value) => Number.isFinite(value) };
/** Integers beyond 2⁵³ have lost digits by the time they are a number. */
export const integer: FieldType = {
  name: "an integer between −2⁵³ and 2⁵³",
  holds: (value) => Number.isSafeInteger(value),
};
export const count: FieldType = {
  name: "an integer of at least 1",
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
};

/** An array of a type's values. */
export const listOf = (type: FieldType, name: string): FieldType => ({
  name,
  holds: (value) => Array.isArray(value) && value.every((item) => type.holds(item)),
});

/** A plain object with values of a type. */
export const recordOf = (type: FieldType, name: string): FieldType => ({
  name,
  holds: (value) => isRecord(value) && Object.values(value).every((item) => type.holds(item)),
});

/** One of some types. */
export const either = (...types: readonly FieldType[]): FieldType => ({
  name: types.map(({ name }) => name).join(" or "),
  holds: (value) => types.some((type) => type.holds(value)),
});

/** A type's values, or null. */
export const orNull = (type: FieldType): FieldType =>
  either(type, { name: "null", holds: (value) => value === null });

/** Throws a sentence about the first field that does not hold what its type says. */
export const checkTypes = <F extends object>(
  owner: string,
  fields: F,
  types: Readonly<Partial<Record<keyof F, FieldType>>>,
): void => {
  for (const [key, type] of Object.entries(types) as [keyof F & string, FieldType][]) {
    const value = fields[key];
    if (!type.holds(value)) throw new PeftError(`${owner}: ${key} is ${shown(value)}; give ${type.name}`);
  }
};

/** Some of many names in a message. */
export const some = (names: readonly string[]): string => {
  if (names.length === 0) return "none";
  const first = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
};

/** A value in a message, cut to a line. */
export const shown = (value: unknown): string => {
  const whole = inJson(value) ? JSON.stringify(value) : nameOf(value);
  return whole.length > 80 ? `${whole.slice(0, 80)}…` : whole;
};

const inJson = (value: unknown): boolean =>
  typeof value === "string" || value === null || Array.isArray(value) || isRecord(value);

/** What JSON would leave out. */
const nameOf = (value: unknown): string => {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value instanceof RegExp) return String(value);
  return `a ${value?.constructor?.name ?? "value"}`;
};
