import { give } from "./core/pool";

/**
 * Hands results back whose numbers are no longer needed, so that later results of the same sizes are written into
 * their memory. In a loop over large arrays this saves most of the time that allocation takes. Never needed: what is
 * not handed back is collected as usual. At most 64 MiB are kept.
 *
 * The arrays must not be used afterwards, for later results overwrite them; parts of larger arrays are left alone.
 *
 * @param results whatever the transforms give: arrays, ndarrays, and lists and records of them, however nested
 */
export function recycle(...results: readonly object[]): void {
  for (const result of results) visit(result);
}

function visit(result: unknown): void {
  if (result instanceof Float64Array || result instanceof Float32Array) give(result);
  else if (Array.isArray(result)) for (const part of result) visit(part);
  else if (typeof result === "object" && result !== null) {
    if ("data" in result && "shape" in result) visit(result.data);
    else if (Object.getPrototypeOf(result) === Object.prototype) visit(Object.values(result));
  }
}
