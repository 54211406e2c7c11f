import { analysisFilters, type FilterBank, synthesisFilters } from "./filter-bank";
import { layoutAlong } from "./layout";
import { type Dense, emptyLike, unify, zerosLike } from "./signal";
import { analyseStationary, synthesiseStationary } from "./undecimated";

/**
 * One stationary level of an array along one axis: lo[n] = Σ_t decLo[t] · x[(n + step · (F/2 − t)) mod N], hi with
 * decHi; both have the shape of x.
 *
 * @param step how far apart the taps are, 2^(level − 1); twice it divides N
 */
export function splitStationary(
  x: Dense,
  bank: FilterBank,
  axis: number,
  step: number,
): readonly [lo: Dense, hi: Dense] {
  const filters = analysisFilters(bank);
  const layout = layoutAlong(x.shape, axis);
  const lo = emptyLike(x, x.shape);
  const hi = emptyLike(x, x.shape);
  for (const [i, part] of x.parts.entries()) {
    analyseStationary(part, layout, filters, step, lo.parts[i]!, hi.parts[i]!);
  }
  return [lo, hi];
}

/**
 * The inverse of `splitStationary`: the mean of what the samples at even and at odd multiples of `step` give.
 * A band that is missing stands for zeros.
 */
export function joinStationary(
  lo: Dense | undefined,
  hi: Dense | undefined,
  bank: FilterBank,
  axis: number,
  step: number,
): Dense | undefined {
  const one = lo ?? hi;
  if (one === undefined) return undefined;
  const filters = synthesisFilters(bank);
  const layout = layoutAlong(one.shape, axis);
  const [a, d] = unify([lo ?? zerosLike(one), hi ?? zerosLike(one)]);
  const out = emptyLike(a!, one.shape);
  for (const [i, part] of out.parts.entries()) {
    synthesiseStationary(a!.parts[i]!, d!.parts[i]!, layout, filters, step, part);
  }
  return out;
}
