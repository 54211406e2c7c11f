import { daubechies } from "./daubechies";
import type { Family } from "./family";

/** Haar's wavelet, db1 by its older name. */
export const haar = {
  ...daubechies,
  name: "Haar",
  shortName: "haar",
  vanishingMoments: () => ({ psi: 1, phi: 0 }),
  recLo: { haar: daubechies.recLo.db1! },
} satisfies Family;
