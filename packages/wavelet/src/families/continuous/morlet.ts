import type { ContinuousFamily } from "./family";

/** The real Morlet wavelet: cos(5x)·e^(−x²/2). */
export const morlet = {
  name: "Morlet wavelet",
  shortName: "morl",
  names: ["morl"],
  complex: false,
  bounds: [-8, 8],
  symmetry: () => "symmetric",
  psi: (x) => [x.map((t) => Math.cos(5 * t) * Math.exp((-t * t) / 2))],
} satisfies ContinuousFamily;
