/** Places named by a stack, innermost first: `at name (place)`, `at place` (V8), `name@place` (others). */
const placesOf = (stack: string): string[] =>
  stack.split("\n").flatMap((line) => {
    const found = /(?:\(|@|\bat (?:async )?)([^()@\s][^()]*:\d+:\d+)\)?$/.exec(line.trim());
    return found === null ? [] : [found[1]!.replace(/^file:\/\//, "")];
  });

const fileOf = (place: string): string => place.replace(/:\d+:\d+$/, "");

/** The folder that this package runs from: `src/`, or `dist/`. */
const ownFolder = fileOf(placesOf(new Error().stack ?? "")[0] ?? "").replace(/[^/\\]*$/, "");

/** Frames to look through: composed functions call each other. */
const depth = 60;

/**
 * `file:line:column` of the call that led into this package: the innermost frame outside of it. Null where the
 * stack does not tell, as in a bundle of package and caller.
 */
export const callSite = (): string | null => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = depth;
  const places = placesOf(new Error().stack ?? "");
  Error.stackTraceLimit = stackTraceLimit;
  const outside = places.find(
    (place) => !place.startsWith(ownFolder) && !place.startsWith("node:") && !place.startsWith("internal/"),
  );
  return ownFolder === "" ? null : (outside ?? null);
};
