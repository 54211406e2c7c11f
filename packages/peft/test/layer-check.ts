import {
  type Engine,
  Linear,
  makeGraph,
  type Parameter,
  pullback,
  Parameter as State,
  type Tensor,
} from "@waveft/autograd";
import { AdaptedLinear, type Choice, methods, WaveFTConfig } from "../src";

/** A row of `delta.json`, with its arrays. */
export interface LayerCase {
  readonly config: Readonly<Record<string, unknown>>;
  readonly out: number;
  readonly in: number;
  readonly arrays: Readonly<Record<"coefficients" | "delta" | "x" | "dy" | "gradient", readonly number[]>>;
}

const forms = [
  ["merged", "matrix", "product"],
  ["merged", "matrix", "matrix"],
  ["factored", "product", "product"],
  ["factored", "matrix", "product"],
  ["factored", "matrix", "matrix"],
] as const;

/**
 * Largest error by the largest number of what an adapted layer without weight computes on an engine, in all its forms:
 * its output against x · ΔWᵀ, and the coefficients' gradient against PEFT's.
 */
export const layerErrors = async (
  engine: Engine,
  { config, out, in: width, arrays }: LayerCase,
): Promise<Record<string, number>> => {
  const { coefficients, delta, x, dy, gradient } = arrays;
  const tokens = x.length / width;
  const rows = new State({ data: Float32Array.from(x), shape: [tokens, width], dtype: "float32" });
  const cotangent = new State({ data: Float32Array.from(dy), shape: [tokens, out], dtype: "float32" });
  const y = Array.from({ length: tokens * out }, (_, at) => {
    const [t, o] = [Math.floor(at / out), at % out];
    let total = 0;
    for (let i = 0; i < width; i++) total += x[t * width + i]! * delta[o * width + i]!;
    return total;
  });
  const errors: Record<string, number> = {};
  for (const [strategy, forward, by] of forms) {
    const choice: Choice = { strategy, forward, gradient: by };
    const [adapter] = methods.WAVEFT.createAdapters(WaveFTConfig.fromJson(config), [
      { name: "layer", outFeatures: out, inFeatures: width, dtype: "float32" },
    ]);
    const spectrum: Parameter = adapter!.parameters.waveft_spectrum!;
    spectrum.data = Float32Array.from(coefficients);
    const base = new Linear(width, out, { bias: false });
    const layer = new AdaptedLinear(base, { strategy, model: { device: engine } });
    layer.addAdapter("default", { ...adapter!, choose: () => choice });
    layer.setActive(["default"]);
    const value: Tensor = layer.forward(rows.tensor);
    const [slope] = pullback([value], [cotangent.tensor], [spectrum]);
    const executable = await engine.compile(makeGraph([], [value, slope!]));
    const [found, slopes] = await executable.run([]);
    await executable.dispose();
    const name = `${strategy}, ${forward}, gradient by ${by}`;
    errors[name] = Math.max(distance(found!.data, y), distance(slopes!.data, gradient));
  }
  return errors;
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [worst, largest] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!);
    worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(worst, gap);
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return largest === 0 ? worst : worst / largest;
};
