/**
 * A value as Python's `str` prints it in an f-string; undefined for what a record of texts should not hold.
 *
 * @param isFloat whether a whole number is one of a column of floats, and printed so
 */
export const pythonText = (value: unknown, isFloat = false): string | undefined => {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number")
    return isFloat || !Number.isInteger(value) ? floatText(value) : integerText(value);
  return value === null ? "None" : undefined;
};

const integerText = (value: number): string => (Object.is(value, -0) ? "-0.0" : String(BigInt(value)));

/** Powers of ten below 10⁻⁴ and from 10¹⁶ on have an exponent, of two digits at least. */
const floatText = (value: number): string => {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${value}.0` : String(value);
};
