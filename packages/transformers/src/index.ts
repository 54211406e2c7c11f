export { AutoModelForCausalLM, type FromConfigOptions, type FromPretrainedOptions } from "./auto/causal-lm";
export { type Architectures, AutoConfig, type AutoConfigOptions } from "./auto/config";
export type { ModelSource, SourceOptions } from "./auto/repository";
export { type Checkpoint, type CheckpointTensorInfo, openCheckpoint } from "./checkpoint";
export {
  ConfigFields,
  commonConfig,
  isWeightDType,
  type PretrainedConfig,
  type WeightDType,
  weightDTypes,
} from "./config";
export { isTransformersError, TransformersError } from "./errors";
export type { GenerationConfig } from "./generation/config";
export type { GeneratedToken, GenerateOptions } from "./generation/generate";
export { type DownloadProgress, type HubOptions, type RepoFiles, resolveRepo } from "./hub";
export { type FileSet, folderFiles } from "./io";
export { architectures } from "./models";
export type { Architecture } from "./models/architecture";
export type { CausalLMInputs, CausalLMOutputs } from "./models/causal-lm";
export { type OptConfig, OptForCausalLM } from "./models/opt";
export { type ModelOptions, PreTrainedModel } from "./models/pretrained-model";
export { activationNames, activations } from "./models/shared/activations";
export { type KeyValueCache, type KeyValues, SelfAttentionContext } from "./models/shared/self-attention";
export {
  AutoTokenizer,
  type BatchEncoding,
  type BatchOptions,
  type DecodeOptions,
  type EncodeOptions,
  PreTrainedTokenizer,
} from "./tokenizers";
