/**
 * JSON as PEFT writes it: fields sorted, indented by 2, no final newline; the fields in `floats` keep a decimal
 * point. Records within fields keep their order (of overlapping patterns the first one wins).
 */
export const pythonJson = (
  value: Readonly<Record<string, unknown>>,
  floats: readonly string[] = [],
): string => {
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const lines = sorted.map(([key, item]) => {
    const json =
      floats.includes(key) && typeof item === "number" ? pythonFloat(item) : JSON.stringify(item, null, 2);
    return `  ${JSON.stringify(key)}: ${json.replaceAll("\n", "\n  ")}`;
  });
  return escapeNonAscii(`{\n${lines.join(",\n")}\n}`);
};

/** 25 is 25.0; powers of ten below 10⁻⁴ and from 10¹⁶ on are written with an exponent of two digits. */
const pythonFloat = (value: number): string => {
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${value}.0` : String(value);
};

const escapeNonAscii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
