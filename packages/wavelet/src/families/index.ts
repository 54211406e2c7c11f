import { biorthogonal } from "./biorthogonal";
import { coiflets } from "./coiflets";
import { daubechies } from "./daubechies";
import { discreteMeyer } from "./discrete-meyer";
import type { Family } from "./family";
import { haar } from "./haar";
import { reverseBiorthogonal } from "./reverse-biorthogonal";
import { symlets } from "./symlets";

/** Every family, in PyWavelets' order. A new one is a file beside this and a line here. */
export const registry = [
  haar,
  daubechies,
  symlets,
  coiflets,
  biorthogonal,
  reverseBiorthogonal,
  discreteMeyer,
] satisfies readonly Family[];
