import type { ContinuousFamily } from "./family";
import { modulated } from "./modulated";

/** cmorB-C: e^(−x²/B) / √(πB)·e^(2πi·C·x). */
export const complexMorlet = {
  name: "Complex Morlet wavelets",
  shortName: "cmor",
  names: ["cmor"],
  complex: true,
  bounds: [-8, 8],
  symmetry: () => "asymmetric",
  parameters: [
    ["bandwidthFrequency", 1],
    ["centerFrequency", 0.5],
  ],
  psi: (x, { bandwidthFrequency: b, centerFrequency }) =>
    modulated(x, centerFrequency, (t) => Math.exp((-t * t) / b) / Math.sqrt(Math.PI * b)),
} satisfies ContinuousFamily;
