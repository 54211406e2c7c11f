import type { FilterBank } from "./core/filter-bank";
import { type Part, upcoef } from "./core/partial";
import { shown, WaveletError } from "./errors";

export interface WavefunOptions {
  /** 2^level samples for every unit of x. @default 8 */
  readonly level?: number;
}

/** The scaling function φ and the wavelet ψ of an orthogonal wavelet at the points x. */
export interface OrthogonalFunctions {
  readonly phi: Float64Array;
  readonly psi: Float64Array;
  readonly x: Float64Array;
}

/** Those of any other filter bank: of its decomposition (D) and of its reconstruction (R). */
export interface BiorthogonalFunctions {
  readonly phiD: Float64Array;
  readonly psiD: Float64Array;
  readonly phiR: Float64Array;
  readonly psiR: Float64Array;
  readonly x: Float64Array;
}

export type DiscreteFunctions<Orthogonal extends boolean> = Orthogonal extends true
  ? OrthogonalFunctions
  : BiorthogonalFunctions;

/** φ and ψ by the cascade of the reconstruction filters. */
export function orthogonalFunctions(bank: FilterBank, level: number): OrthogonalFunctions {
  const zeros = Math.max(bank.recLo.length - 2, 1);
  const phi = cascade("a", bank, level, 1, zeros);
  return { phi, psi: cascade("d", bank, level, 1, zeros), x: grid(phi.length, level) };
}

/** The same for both sides. `sign` is that of both ψ. */
export function biorthogonalFunctions(
  bank: FilterBank,
  inverse: FilterBank,
  level: number,
  sign: 1 | -1,
): BiorthogonalFunctions {
  const zeros = Math.max(bank.recLo.length - 3, 1);
  const phiD = cascade("a", inverse, level, 1, zeros);
  return {
    phiD,
    psiD: cascade("d", inverse, level, sign, zeros),
    phiR: cascade("a", bank, level, 1, zeros),
    psiR: cascade("d", bank, level, sign, zeros),
    x: grid(phiD.length, level),
  };
}

export function checkedLevel(level: unknown, what: string, least: number): number {
  if (Number.isInteger(level) && (level as number) >= least && (level as number) <= 30)
    return level as number;
  throw new WaveletError(`${what} must be an integer from ${least} to 30, got ${shown(level)}`, "length");
}

/** What one coefficient of √2^level makes at the finest level, after one zero and before `zeros` of them. */
function cascade(part: Part, bank: FilterBank, level: number, sign: 1 | -1, zeros: number): Float64Array {
  const values = upcoef(part, Float64Array.of(sign * Math.SQRT2 ** level), bank, { level });
  const framed = new Float64Array(1 + values.length + zeros);
  framed.set(values, 1);
  return framed;
}

function grid(length: number, level: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i / 2 ** level);
}
