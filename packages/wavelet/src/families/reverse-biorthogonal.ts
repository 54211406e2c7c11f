import { biorthogonal } from "./biorthogonal";
import type { Family, Taps } from "./family";

/** The biorthogonal wavelets with analysis and synthesis exchanged: each filter is the other one, reversed. */
export const reverseBiorthogonal = {
  ...biorthogonal,
  name: "Reverse biorthogonal",
  shortName: "rbio",
  recLo: /* @__PURE__ */ reversed(biorthogonal.decLo),
  decLo: /* @__PURE__ */ reversed(biorthogonal.recLo),
} satisfies Family;

function reversed(taps: Taps): Taps {
  const entries = Object.entries(taps);
  return Object.fromEntries(
    entries.map(([name, filter]) => [name.replace("bior", "rbio"), filter.toReversed()]),
  );
}
