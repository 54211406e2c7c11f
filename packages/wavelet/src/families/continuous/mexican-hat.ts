import type { ContinuousFamily } from "./family";

/** Ricker's wavelet, the negative second derivative of a Gaussian: 2 / (√3·π^¼)·(1 − x²)·e^(−x²/2). */
export const mexicanHat = {
  name: "Mexican hat wavelet",
  shortName: "mexh",
  names: ["mexh"],
  complex: false,
  bounds: [-8, 8],
  symmetry: () => "symmetric",
  psi: (x) => {
    const scale = 2 / Math.sqrt(3 * Math.sqrt(Math.PI));
    return [x.map((t) => (1 - t * t) * Math.exp((-t * t) / 2) * scale)];
  },
} satisfies ContinuousFamily;
