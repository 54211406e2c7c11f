import { shown, WaveletError } from "../errors";

/** How a signal goes on past its ends, by PyWavelets' names. Of 1 2 3 4 5, three samples each side: */
export const modes = [
  "zero", //          0  0  0 | 0 0 0
  "constant", //      1  1  1 | 5 5 5
  "symmetric", //     3  2  1 | 5 4 3
  "periodic", //      3  4  5 | 1 2 3
  "smooth", //       −2 −1  0 | 6 7 8    along the slope at the edge
  "periodization", // as periodic, with the smallest number of coefficients; an odd length repeats its last sample
  "reflect", //       4  3  2 | 4 3 2
  "antisymmetric", // −3 −2 −1 | −5 −4 −3
  "antireflect", //  −2 −1  0 | 6 7 8    reflected at the edge's own value
] as const;

export type Mode = (typeof modes)[number];

/** The mode of a transform's options. */
export function modeOf(options: { readonly mode?: unknown }): Mode {
  return checkedMode(checkedOptions(options).mode ?? "symmetric");
}

/** Options by name: PyWavelets' positional ones would be lost without a word. */
export function checkedOptions<O extends object>(options: O): O {
  if (typeof options === "object" && options !== null) return options;
  throw new WaveletError(
    `options go into an object such as { mode: "periodization", level: 2 }, got ${shown(options)}`,
    "mode",
  );
}

export function checkedMode(mode: unknown): Mode {
  if ((modes as readonly unknown[]).includes(mode)) return mode as Mode;
  throw new WaveletError(`no mode ${shown(mode)}; the modes are ${modes.join(", ")}`, "mode");
}
