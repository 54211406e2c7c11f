import type { ContinuousFamily } from "./family";
import { modulated, sinc } from "./modulated";

/** shanB-C: √B·sinc(πBx)·e^(2πi·C·x), whose spectrum is a box of width B around C. */
export const shannon = {
  name: "Shannon wavelets",
  shortName: "shan",
  names: ["shan"],
  complex: true,
  bounds: [-20, 20],
  symmetry: () => "asymmetric",
  parameters: [
    ["bandwidthFrequency", 0.5],
    ["centerFrequency", 1],
  ],
  psi: (x, { bandwidthFrequency: b, centerFrequency }) =>
    modulated(x, centerFrequency, (t) => Math.sqrt(b) * sinc(t * b * Math.PI)),
} satisfies ContinuousFamily;
