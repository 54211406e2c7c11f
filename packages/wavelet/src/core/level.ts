import { WaveletError } from "../errors";
import { analyse } from "./analysis";
import { analysisFilters, type FilterBank, synthesisFilters } from "./filter-bank";
import { layoutAlong } from "./layout";
import { coefficientLength, signalLength } from "./lengths";
import type { Mode } from "./modes";
import { type Dense, isFloat32, zeros } from "./signal";
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
  const lo = { data: zeros(shape, x.data), shape, vector: x.vector };
  const hi = { data: zeros(shape, x.data), shape, vector: x.vector };
  analyse(x.data, layout, filters, mode, lo.data, hi.data);
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
  const wide = [lo, hi].find((band) => band !== undefined && !isFloat32(band.data)) ?? one;
  const out = { data: zeros(shape, wide.data), shape, vector: one.vector };
  const none = zeros(one.shape, one.data);
  synthesise(lo?.data ?? none, hi?.data ?? none, layout, filters, mode, out.data);
  return out;
}

/** The bands that are there, checked to be of one shape. */
export function checkSameShape(bands: Readonly<Record<string, Dense | undefined>>, names: string): Dense {
  const given = Object.entries(bands).filter((entry): entry is [string, Dense] => entry[1] !== undefined);
  const first = given[0];
  if (first === undefined) throw new WaveletError(`give at least one of ${names}; all are missing`, "data");
  for (const [name, band] of given) {
    if (band.shape.join() !== first[1].shape.join()) {
      throw new WaveletError(
        `${names} must have one shape; ${first[0]} has [${first[1].shape.join(", ")}] and ${name} [${band.shape.join(", ")}]`,
        "shape",
      );
    }
  }
  return first[1];
}
