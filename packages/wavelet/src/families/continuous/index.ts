import { complexGaussian } from "./complex-gaussian";
import { complexMorlet } from "./complex-morlet";
import type { ContinuousFamily } from "./family";
import { frequencyBSpline } from "./frequency-b-spline";
import { gaussian } from "./gaussian";
import { mexicanHat } from "./mexican-hat";
import { morlet } from "./morlet";
import { shannon } from "./shannon";

/** Every continuous family, in PyWavelets' order. A new one is a file beside this and a line here. */
export const continuousRegistry = [
  gaussian,
  mexicanHat,
  morlet,
  complexGaussian,
  shannon,
  frequencyBSpline,
  complexMorlet,
] satisfies readonly ContinuousFamily[];
