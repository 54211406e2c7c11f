import type { ContinuousFamily } from "./family";
import { gaussian } from "./gaussian";
import { gaussianDerivative, orders } from "./gaussian-derivative";

/** Derivatives of e^(−x² − ix). */
export const complexGaussian = {
  ...gaussian,
  name: "Complex Gaussian wavelets",
  shortName: "cgau",
  names: orders("cgau"),
  complex: true,
  psi: (x, { order }) => gaussianDerivative(x, order, 1),
} satisfies ContinuousFamily;
