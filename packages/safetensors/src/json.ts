/** Before the name of a number that JSON does not have. */
const mark = "\u0000number ";

/** Strings whole, so that nothing inside them is taken, or such a number, which is no key. */
const token = /"(?:[^"\\]|\\.)*"|(?:-?Infinity|NaN)(?!\s*:)/gs;

/**
 * JSON as Python's `json` reads it: also `NaN`, `Infinity` and `-Infinity`, which it writes.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export const parsePythonJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const marked = text.replace(token, (found) =>
      found.startsWith('"') ? found : JSON.stringify(`${mark}${found}`),
    );
    if (marked === text) throw error;
    try {
      return JSON.parse(marked, (_, value) =>
        typeof value === "string" && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
      );
    } catch {
      throw error;
    }
  }
};
