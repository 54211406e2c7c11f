import type { ContinuousFamily } from "./family";
import { modulated, sinc } from "./modulated";

/** fbspM-B-C: √B·sinc(πBx / M)^M·e^(2πi·C·x), whose spectrum is a B-spline around C. */
export const frequencyBSpline = {
  name: "Frequency B-Spline wavelets",
  shortName: "fbsp",
  names: ["fbsp"],
  complex: true,
  bounds: [-20, 20],
  symmetry: () => "asymmetric",
  parameters: [
    ["fbspOrder", 2],
    ["bandwidthFrequency", 1],
    ["centerFrequency", 0.5],
  ],
  psi: (x, { fbspOrder: m, bandwidthFrequency: b, centerFrequency }) =>
    modulated(x, centerFrequency, (t) => Math.sqrt(b) * sinc((Math.PI * t * b) / m) ** m),
} satisfies ContinuousFamily;
