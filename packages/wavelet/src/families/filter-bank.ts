import type { FilterBank } from "../core/filter-bank";
import { shown, WaveletError } from "../errors";
import type { Family } from "./family";

/**
 * The four filters of a family's wavelet, such as `filterBankOf(daubechies, "db4")`. The high-pass filters follow from
 * the low-pass ones: recHi[k] = (−1)ᵏ decLo[k], decHi[k] = −(−1)ᵏ recLo[k].
 *
 * @throws WaveletError with reason "wavelet" for a name that the family does not have
 */
export function filterBankOf(
  { recLo, decLo, shortName, toSingle }: Family,
  name: string,
): Record<"decLo" | "decHi" | "recLo" | "recHi", Float64Array> & Pick<FilterBank, "toSingle"> {
  if (!Object.hasOwn(recLo, name)) {
    const names = Object.keys(recLo).join(", ");
    throw new WaveletError(`no wavelet ${shown(name)} in ${shortName}; there are ${names}`, "wavelet");
  }
  const low = Float64Array.from(recLo[name]!);
  const decomposing = Float64Array.from(decLo?.[name] ?? low.toReversed());
  return {
    decLo: decomposing,
    decHi: low.map((tap, k) => (k % 2 === 0 ? -tap : tap)),
    recLo: low,
    recHi: decomposing.map((tap, k) => (k % 2 === 0 ? tap : -tap)),
    ...(toSingle && { toSingle }),
  };
}
