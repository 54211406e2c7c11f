import { matmul, mul, Parameter, type Tensor } from "@waveft/autograd";
import { configClass, isOff, type PeftFields, peftDefaults } from "../config";
import { PeftError } from "../errors";
import { count, either, type FieldType, finite, flag, recordOf, shown } from "../field-types";
import type { AdapterMethod, LayerAdapter, TargetLayer } from "../method";
import { patternValue } from "../targets";
import { roundedTo, type TorchRandom, torchRandom } from "../torch-random";

/** LoRA's own fields, with PEFT's names in camelCase. */
export interface LoraFields extends PeftFields {
  /** Rank of ΔW, at least 1 (default 8). */
  r: number;
  /** ΔW is scaled by loraAlpha / r (default 8). */
  loraAlpha: number;
  /** Share of the input's entries that ΔW does not see in train mode (default 0). */
  loraDropout: number;
  /** Scale by loraAlpha / √r instead. */
  useRslora: boolean;
  /**
   * True: A from Kaiming's uniform law, B zero, so that the adapted model is the base model; `gaussian`: A normal with
   * deviation 1/r; false: B from the uniform law too.
   */
  initLoraWeights: boolean | "gaussian";
  /** Ranks by layer: regular expressions that the name ends in → r. */
  rankPattern: Readonly<Record<string, number>>;
  /** The same for loraAlpha. */
  alphaPattern: Readonly<Record<string, number>>;
  /** Set by PEFT for layers that store their weight transposed. */
  fanInFanOut: boolean;
}

/** Fields of PEFT's variants of LoRA, which are not run here: they must be as PEFT writes them for plain LoRA. */
const variants = {
  useDora: false,
  loraBias: false,
  useQalora: false,
  qaloraGroupSize: 16,
  useBdlora: null,
  layerReplication: null,
  targetParameters: null,
  trainableTokenIndices: null,
  loftqConfig: {},
  evaConfig: null,
  cordaConfig: null,
  loraGaConfig: null,
  veloraConfig: null,
  montecloraConfig: null,
  kasaConfig: null,
  arrowConfig: null,
  aloraInvocationTokens: null,
  megatronConfig: null,
  megatronCore: "megatron.core",
  ensureWeightTying: false,
};

/** They do nothing where the variant that they belong to is off, as it must be. */
const besides = ["qaloraGroupSize", "megatronCore"];

const defaults: LoraFields = {
  ...variants,
  ...peftDefaults,
  r: 8,
  loraAlpha: 8,
  loraDropout: 0,
  useRslora: false,
  initLoraWeights: true,
  rankPattern: {},
  alphaPattern: {},
  fanInFanOut: false,
};

const checkVariants = (fields: LoraFields): void => {
  const given = fields as unknown as Record<string, unknown>;
  for (const [key, plain] of Object.entries(variants))
    if (!(isOff(plain) && isOff(given[key])) && !besides.includes(key))
      throw new PeftError(
        `LoraConfig: ${key} is ${shown(given[key])}; this package runs plain LoRA: leave it ${JSON.stringify(plain)}`,
      );
};

/** The configuration of a LoRA adapter: PEFT's fields, with their defaults and checks. */
export const LoraConfig = configClass<LoraFields>({
  name: "LoraConfig",
  peftType: "LORA",
  defaults,
  types: {
    r: count,
    loraAlpha: finite,
    loraDropout: {
      name: "a number from 0 to below 1",
      holds: (value) => typeof value === "number" && value >= 0 && value < 1,
    },
    useRslora: flag,
    initLoraWeights: either(flag, { name: '"gaussian"', holds: (value) => value === "gaussian" }),
    rankPattern: recordOf(count, "an object of integers of at least 1"),
    alphaPattern: recordOf(finite, "an object of numbers"),
    fanInFanOut: flag,
  } satisfies Record<Exclude<keyof LoraFields, keyof PeftFields>, FieldType>,
  check: checkVariants,
});
export type LoraConfig = InstanceType<typeof LoraConfig>;

/** Where PEFT 0.21 gives LoRA layers of its own. */
const ownTargets = {
  gpt2: ["c_attn"],
  gpt_bigcode: ["c_attn"],
  btlm: ["c_proj", "c_attn"],
  rwkv: ["key", "value", "receptance", "output"],
  rwkv7: ["r_proj", "k_proj", "v_proj", "o_proj", "key", "value"],
};

/** LoRA (Hu et al., arXiv 2106.09685): ΔW = scaling · B A, with A [r, in] and B [out, r]. */
export const lora: AdapterMethod<LoraConfig> = {
  peftType: "LORA",
  prefix: "lora_",
  floatFields: ["lora_dropout"],
  ownTargets,
  configFromJson: (json) => LoraConfig.fromJson(json),
  createAdapters: (config, layers, { seed } = {}) => {
    const random = torchRandom(seed);
    return layers.map((layer) => {
      const r = patternValue(config.rankPattern, layer.name) ?? config.r;
      const alpha = patternValue(config.alphaPattern, layer.name) ?? config.loraAlpha;
      const scaling = alpha / (config.useRslora ? Math.sqrt(r) : r);
      return layerAdapter(layer, start(config, layer, r, random), r, scaling, config.loraDropout);
    });
  },
};

/** As PEFT draws: first what torch's Linear layers A and B start with, then A again by the law asked for. */
const start = (
  { initLoraWeights }: LoraConfig,
  { inFeatures, outFeatures, dtype }: TargetLayer,
  r: number,
  random: TorchRandom,
): { a: Float32Array; b: Float32Array } => {
  const uniform = () => random.uniform(r * inFeatures, 1 / Math.sqrt(inFeatures));
  let a = uniform();
  let b = random.uniform(outFeatures * r, 1 / Math.sqrt(r));
  if (initLoraWeights !== false) {
    a = initLoraWeights === true ? uniform() : random.normal(r * inFeatures).map((value) => value / r);
    b = new Float32Array(outFeatures * r);
  }
  return { a: roundedTo(dtype, a), b: roundedTo(dtype, b) };
};

const layerAdapter = (
  { inFeatures, outFeatures }: TargetLayer,
  { a, b }: { readonly a: Float32Array; readonly b: Float32Array },
  r: number,
  scaling: number,
  dropout: number,
): LayerAdapter => {
  const parameter = (data: Float32Array, shape: readonly [number, number]) =>
    new Parameter({ data, shape, dtype: "float32" });
  const [A, B] = [parameter(a, [r, inFeatures]), parameter(b, [outFeatures, r])];
  const scale = new Parameter(
    { data: Float32Array.of(scaling), shape: [], dtype: "float32" },
    { requiresGrad: false },
  );
  return {
    parameters: { "lora_A.weight": A, "lora_B.weight": B },
    dropout,
    touched: null,
    addDelta: ({ data, rowStride, columnStride }) => {
      for (let o = 0; o < outFeatures; o++)
        for (let k = 0; k < r; k++) {
          const factor = scaling * B.data[o * r + k]!;
          if (factor === 0) continue;
          for (let i = 0; i < inFeatures; i++)
            data[o * rowStride + i * columnStride]! += factor * A.data[k * inFeatures + i]!;
        }
    },
    product: (x, [down, up]) => timesTransposed(mul(timesTransposed(x, down!), scale), up!),
    matrix: ([down, up]) => matmul(mul(up!, scale), down!),
    // r · (in + out) multiply-adds a token are few: nothing is worth keeping on the host.
    choose: () => ({ strategy: "factored", forward: "product", gradient: "product" }),
  };
};

const timesTransposed = (x: Tensor, weight: Tensor): Tensor => matmul(x, weight, { transposeB: true });
