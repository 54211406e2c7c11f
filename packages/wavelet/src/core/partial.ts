import { shown, WaveletError } from "../errors";
import { type FilterBank, filterLength } from "./filter-bank";
import { checkedLength } from "./lengths";
import { join, split } from "./level";
import { type Mode, modeOf } from "./modes";
import { type Dense, readSignal, type Signal, type Transformed, writeSignal, zerosLike } from "./signal";
import { sliceAlong } from "./slices";

/** Which coefficients: `a` approximation, `d` detail. */
export type Part = "a" | "d";

export interface DowncoefOptions {
  /** How the signal goes on past its ends. @default "symmetric" */
  readonly mode?: Mode;
  /** How many levels, 1 or more. @default 1 */
  readonly level?: number;
}

export interface UpcoefOptions {
  /** How many levels, 1 or more. @default 1 */
  readonly level?: number;
  /** How many samples from the middle; 0, or as many as there are or more: all. @default 0 */
  readonly take?: number;
}

export function downcoef<S extends Signal>(
  part: Part,
  data: S,
  bank: FilterBank,
  options: DowncoefOptions = {},
): Transformed<S> {
  const wanted = checkedPart(part);
  const mode = modeOf(options);
  const level = checkedLength(options.level ?? 1, "level", 1);
  let x = readVector(data, "data");
  for (let i = 1; i < level; i++) [x] = split(x, bank, mode, 0);
  const [lo, hi] = split(x, bank, mode, 0);
  return writeSignal<S>(wanted === "a" ? lo : hi);
}

export function upcoef<S extends Signal>(
  part: Part,
  coeffs: S,
  bank: FilterBank,
  options: UpcoefOptions = {},
): Transformed<S> {
  const wanted = checkedPart(part);
  const level = checkedLength(options.level ?? 1, "level", 1);
  const take = checkedLength(options.take ?? 0, "take", 0);
  let x = readVector(coeffs, "coeffs");
  for (let i = 0; i < level; i++) x = raised(x, bank, i === 0 ? wanted : "a");
  const spare = x.shape[0]! - take;
  if (take === 0 || spare <= 0) return writeSignal<S>(x);
  const start = Math.floor(spare / 2);
  return writeSignal<S>(sliceAlong(x, 0, start, start + take));
}

/** All 2L + F − 2 samples that L coefficients reach: synthesis leaves the outer ones out, unless zeros surround it. */
function raised(x: Dense, bank: FilterBank, part: Part): Dense {
  const around = filterLength(bank) / 2 - 1;
  const padded = zerosLike(x, [x.shape[0]! + 2 * around]);
  for (const [i, data] of x.parts.entries()) padded.parts[i]!.set(data, around);
  const [lo, hi] = part === "a" ? [padded, undefined] : [undefined, padded];
  return join(lo, hi, bank, "zero", 0)!;
}

function readVector(signal: unknown, what: string): Dense {
  const x = readSignal(signal, what);
  if (x.shape.length === 1) return x;
  throw new WaveletError(`${what} must have one axis; got the shape [${x.shape.join(", ")}]`, "shape");
}

function checkedPart(part: unknown): Part {
  if (part === "a" || part === "d") return part;
  throw new WaveletError(`the part must be "a" (approximation) or "d" (detail), got ${shown(part)}`, "data");
}
