import { Parameter } from "@waveft/autograd";
import { proportionalBudget, randomCoordinates } from "@waveft/sparse";
import { wavelet } from "@waveft/wavelet";
import { PeftError } from "../../errors";
import type { AdapterMethod, LayerAdapter, TargetLayer } from "../../method";
import { patternValue } from "../../targets";
import { smallNormals } from "./init";
import { WaveFTConfig } from "./config";
import { defaultTargets } from "./default-targets";
import { directDelta, waveletDelta } from "./delta";
import { directGradient, waveletGradient } from "./gradient";
import { placeCoefficients } from "./placement";

/** WaveFT: a few coefficients of ΔW in the wavelet domain (arXiv 2505.12532). */
export const waveft: AdapterMethod<WaveFTConfig> = {
  peftType: "WAVEFT",
  prefix: "waveft_",
  floatFields: ["scaling"],
  defaultTargets,
  configFromJson: (json) => WaveFTConfig.fromJson(json),
  createAdapters: (config, layers) => {
    const counts = coefficientCounts(config, layers);
    return layers.map((layer, l) => createAdapter(config, layer, counts[l]!));
  },
};

/** Coefficients of each layer: shared out by size, by pattern, or the same for all. */
const coefficientCounts = (config: WaveFTConfig, layers: readonly TargetLayer[]): number[] => {
  const shapes = layers.map(({ outFeatures, inFeatures }) => [outFeatures, inFeatures] as const);
  const counts = config.proportionalParameters
    ? proportionalBudget(shapes, config.nFrequency)
    : layers.map(({ name }) => patternValue(config.nFrequencyPattern, name) ?? config.nFrequency);
  counts.forEach((count, l) => {
    const { name, outFeatures, inFeatures } = layers[l]!;
    if (!Number.isInteger(count) || count < 1 || count > outFeatures * inFeatures)
      throw new PeftError(
        `waveft: nFrequency is ${count} for ${name}, a ${outFeatures}×${inFeatures} layer; give 1 to ${outFeatures * inFeatures}`,
      );
  });
  return counts;
};

const createAdapter = (
  config: WaveFTConfig,
  { name, outFeatures, inFeatures }: TargetLayer,
  count: number,
): LayerAdapter => {
  const shape = [outFeatures, inFeatures] as const;
  const coordinates = randomCoordinates(shape, count, config.randomLocSeed);
  const spectrum = new Parameter({
    data: config.initWeights ? new Float32Array(count) : smallNormals(count, `${name}:${config.randomLocSeed}`),
    shape: [count],
    dtype: "float32",
  });
  const { delta, gradient } = config.useIdwt
    ? inWaveletDomain(config, coordinates)
    : {
        delta: directDelta(coordinates, config.scaling),
        gradient: directGradient(coordinates, config.scaling),
      };
  return {
    parameters: { waveft_spectrum: spectrum },
    touched: delta.touched,
    addDelta: (target) => delta.add(target, spectrum.data as Float32Array),
    gradient: (x, dy) => [gradient(x, dy)],
  };
};

const inWaveletDomain = (config: WaveFTConfig, coordinates: ReturnType<typeof randomCoordinates>) => {
  const filters = wavelet(config.waveletFamily);
  const placement = placeCoefficients(coordinates, filters.recLo.length);
  return {
    delta: waveletDelta(placement, filters, coordinates.shape, config.scaling),
    gradient: waveletGradient(placement, filters, config.scaling),
  };
};
