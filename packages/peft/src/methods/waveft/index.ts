import { Parameter } from "@waveft/autograd";
import { proportionalBudget, randomCoordinates } from "@waveft/sparse";
import { PeftError } from "../../errors";
import type { AdapterMethod, LayerAdapter, TargetLayer } from "../../method";
import { patternValue } from "../../targets";
import { roundedTo, type TorchRandom, torchRandom } from "../../torch-random";
import { WaveFTConfig } from "./config";
import { choose, type Size } from "./cost";
import { type Delta, directDelta, waveletDelta } from "./delta";
import { filtersOf, waveletWarnings } from "./filters";
import { directForms, type GraphForms, waveletForms } from "./graph-forms";
import { placeCoefficients, placeEntries } from "./placement";

/** WaveFT: a few coefficients of ΔW in the wavelet domain (arXiv 2505.12532). */
export const waveft: AdapterMethod<WaveFTConfig> = {
  peftType: "WAVEFT",
  prefix: "waveft_",
  floatFields: ["scaling"],
  ownTargets: { gpt2: ["mlp.c_proj"], gpt_bigcode: ["mlp.c_proj"] },
  configFromJson: (json) => WaveFTConfig.fromJson(json),
  warnings: waveletWarnings,
  createAdapters: (config, layers, { seed } = {}) => {
    const counts = coefficientCounts(config, layers);
    const arithmetic = sharedArithmetic(config);
    const random = torchRandom(seed);
    return layers.map((layer, l) => {
      const count = counts[l]!;
      const start = config.initWeights
        ? new Float32Array(count)
        : roundedTo(layer.dtype, smallNormals(random, count));
      return layerAdapter(start, arithmetic([layer.outFeatures, layer.inFeatures], count));
    });
  },
};

/** Coefficients of each layer: shared out by size, by pattern, or the same for all. */
const coefficientCounts = (config: WaveFTConfig, layers: readonly TargetLayer[]): number[] =>
  config.proportionalParameters
    ? proportionalCounts(config, layers)
    : layers.map((layer) => {
        const count = patternValue(config.nFrequencyPattern, layer.name) ?? config.nFrequency;
        if (count > sizeOf(layer))
          throw new PeftError(`waveft: nFrequency is ${count} for ${tooMany(layer)}`);
        return count;
      });

const proportionalCounts = ({ nFrequency }: WaveFTConfig, layers: readonly TargetLayer[]): number[] => {
  const shapes = layers.map(({ outFeatures, inFeatures }) => [outFeatures, inFeatures] as const);
  const entries = layers.reduce((total, layer) => total + sizeOf(layer), 0);
  const filled = (nFrequency * layers.length) / entries;
  const full = layers.find((layer) => sizeOf(layer) * filled >= sizeOf(layer) + 0.5);
  if (full !== undefined)
    throw new PeftError(
      `waveft: nFrequency ${nFrequency} shared out gives ${Math.round(sizeOf(full) * filled)} for ${tooMany(full)}`,
    );
  return proportionalBudget(shapes, nFrequency);
};

const sizeOf = ({ outFeatures, inFeatures }: TargetLayer): number => outFeatures * inFeatures;

const tooMany = (layer: TargetLayer): string =>
  `${layer.name}, a ${layer.outFeatures}×${layer.inFeatures} layer; give 1 to ${sizeOf(layer)}`;

/** What layers of one shape and count have in common; forms that are never asked for are never made. */
interface Arithmetic {
  readonly size: Size;
  readonly delta: () => Delta;
  readonly forms: () => GraphForms;
}

const onceAsked = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const sharedArithmetic = (config: WaveFTConfig) => {
  const { randomLocSeed, scaling, useIdwt } = config;
  const filters = useIdwt ? filtersOf(config) : null;
  const make = (shape: readonly [number, number], count: number): Arithmetic => {
    const coordinates = randomCoordinates(shape, count, randomLocSeed);
    const [out, width] = shape;
    const size = { out, width, count, taps: filters?.recLo.length ?? 1 };
    const placement =
      filters === null ? placeEntries(coordinates) : placeCoefficients(coordinates, size.taps);
    return {
      size,
      delta: onceAsked(() =>
        filters === null ? directDelta(placement, scaling) : waveletDelta(placement, filters, shape, scaling),
      ),
      forms: onceAsked(() =>
        filters === null ? directForms(placement, scaling) : waveletForms(placement, filters, shape, scaling),
      ),
    };
  };
  const made = new Map<string, Arithmetic>();
  return (shape: readonly [number, number], count: number): Arithmetic => {
    const key = `${shape.join()}:${count}`;
    const found = made.get(key) ?? make(shape, count);
    made.set(key, found);
    return found;
  };
};

const layerAdapter = (start: Float32Array, { size, delta, forms }: Arithmetic): LayerAdapter => {
  const spectrum = new Parameter({ data: start, shape: [start.length], dtype: "float32" });
  return {
    parameters: { waveft_spectrum: spectrum },
    get touched() {
      return delta().touched;
    },
    addDelta: (target) => delta().add(target, spectrum.data as Float32Array),
    product: (x, [values]) => forms().product(x, values!),
    matrix: ([values]) => forms().matrix(values!),
    choose: (tokens) => choose(size, tokens),
  };
};

/** Standard deviation of a random start (PEFT's `init_weights=False`). */
const DEVIATION = Math.fround(0.01);

const smallNormals = (random: TorchRandom, count: number): Float32Array =>
  random.normal(count).map((value) => value * DEVIATION);
