import type { ContinuousFamily } from "./family";
import { gaussianDerivative, orders } from "./gaussian-derivative";

/** Derivatives of e^(−x²), with the signs of PyWavelets: + − − + + − − +. */
export const gaussian = {
  name: "Gaussian",
  shortName: "gaus",
  names: orders("gaus"),
  complex: false,
  bounds: [-5, 5],
  symmetry: (order) => (order % 2 === 0 ? "symmetric" : "anti-symmetric"),
  psi: (x, { order }) => {
    const [psi] = gaussianDerivative(x, order, 0);
    return [order % 4 < 2 ? psi : psi.map((value) => -value)];
  },
} satisfies ContinuousFamily;
