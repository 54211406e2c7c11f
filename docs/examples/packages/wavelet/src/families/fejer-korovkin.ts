import type { Family } from "./family";

/** Nielsen, "On the construction and frequency localization of finite orthogonal quadrature filters" (2001). */
export const fejerKorovkin = {
  name: "Fejér-Korovkin",
  shortName: "fk",
  symmetry: "asymmetric",
  orthogonal: true,
  vanishingMoments: () => ({ psi: 1, phi: 0 }),
  recLo: {
    fk4: [0.6539275555697651, 0.7532724928394872, 0.05317922877905981, -0.0461657148152177],
  },
} satisfies Family;
