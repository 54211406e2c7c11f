import type { Family } from "./family";

/** Haar's wavelet, db1 by its older name. */
export const haar = {
  name: "Haar",
  shortName: "haar",
  symmetry: "asymmetric",
  orthogonal: true,
  vanishingMoments: () => ({ psi: 1, phi: 0 }),
  recLo: { haar: [Math.SQRT1_2, Math.SQRT1_2] },
} satisfies Family;
