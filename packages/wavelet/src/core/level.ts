import { WaveletError } from "../errors";
import { analyse } from "./analysis";
import { analysisFilters, type FilterBank, synthesisFilters } from "./filter-bank";
import { layoutAlong } from "./layout";
import { coefficientLength, signalLength } from "./lengths";
import type { Mode } from "./modes";
import { type Dense, emptyLike, unify, zerosLike } from "./signal";
import { synthesise } from "./synthesis";

/** One array into its low and high band along one axis. */
export function split(x: Dense, bank: FilterBank, mode: Mode, axis: number): readonly [lo: Dense, hi: Dense] {
  const filters = analysisFilters(bank);
  const layout = layoutAlong(x.shape, axis);
  if (layout.length === 1 && (mode === "reflect" || mode === "antireflect")) {
    throw new WaveletError(
      `one sample cannot be extended by mode "${mode}"; give at least 2 along axis ${axis}, or another mode`,
      "data",
    );
  }
  const shape = x.shape.with(axis, coefficientLength(layout.length, filters.length, mode));
  const lo = emptyLike(x, shape);
  const hi = emptyLike(x, shape);
  for (const [i, part] of x.parts.entries()) analyse(part, layout, filters, mode, lo.parts[i]!, hi.parts[i]!);
  return [lo, hi];
}

/** Two bands, of which one may be missing and stand for zeros, back into one array. */
export function join(
  lo: Dense | undefined,
  hi: Dense | undefined,
  bank: FilterBank,
  mode: Mode,
  axis: number,
): Dense | undefined {
  const one = lo ?? hi;
  if (one === undefined) return undefined;
  const filters = synthesisFilters(bank);
  const layout = layoutAlong(one.shape, axis);
  if (mode !== "periodization" && layout.length < filters.length / 2) {
    throw new WaveletError(
      `${layout.length} coefficients along axis ${axis} are too few for a filter of ${filters.length} taps; give at least ${filters.length / 2}`,
      "shape",
    );
  }
  const shape = one.shape.with(axis, signalLength(layout.length, filters.length, mode));
  const [a, d] = unify([lo ?? zerosLike(one), hi ?? zerosLike(one)]);
  const out = emptyLike(a!, shape);
  for (const [i, part] of out.parts.entries()) {
    synthesise(a!.parts[i]!, d!.parts[i]!, layout, filters, mode, part);
  }
  return out;
}

/** The first of the bands that are there, checked to be of one shape. */
export function checkSameShape(bands: Readonly<Record<string, Dense | undefined>>, names: string): Dense {
  let first: Dense | undefined;
  let firstName = "";
  for (const name in bands) {
    const band = bands[name];
    if (band === undefined) continue;
    if (first === undefined) [first, firstName] = [band, name];
    if (!sameShape(first.shape, band.shape)) {
      throw new WaveletError(
        `${names} must have one shape; ${firstName} has [${first.shape.join(", ")}] and ${name} [${band.shape.join(", ")}]`,
        "shape",
      );
    }
  }
  if (first === undefined) throw new WaveletError(`give at least one of ${names}; all are missing`, "data");
  return first;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
