export type { FromConfigOptions, FromPretrainedOptions } from "./auto/auto-model";
export { AutoModelForCausalLM } from "./auto/causal-lm";
export { type Architectures, AutoConfig, type AutoConfigOptions } from "./auto/config";
export type { ModelSource, SourceOptions } from "./auto/repository";
export { AutoModelForSequenceClassification, type ClassifierOptions } from "./auto/sequence-classification";
export { type Checkpoint, type CheckpointTensorInfo, openCheckpoint } from "./checkpoint";
export {
  ConfigFields,
  commonConfig,
  isWeightDType,
  type PretrainedConfig,
  type ProblemType,
  problemTypes,
  type WeightDType,
  weightDTypes,
} from "./config";
export { isTransformersError, TransformersError } from "./errors";
export type { GenerationConfig } from "./generation/config";
export type { GeneratedToken, GenerateOptions } from "./generation/generate";
export { type DownloadProgress, type HubOptions, type RepoFiles, resolveRepo } from "./hub";
export { type FileSet, folderFiles } from "./io";
export { architectures } from "./models";
export type { Architecture, Heads } from "./models/architecture";
export { type BertConfig, BertForSequenceClassification } from "./models/bert";
export { CausalLM } from "./models/causal-lm";
export { type Gpt2Config, Gpt2ForSequenceClassification, Gpt2LMHeadModel } from "./models/gpt2";
export type { CausalLMInputs, CausalLMOutputs } from "./models/inputs";
export { type LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification } from "./models/llama";
export { type OptConfig, OptForCausalLM, OptForSequenceClassification } from "./models/opt";
export { type ModelOptions, PreTrainedModel } from "./models/pretrained-model";
export {
  SequenceClassifier,
  type SequenceClassifierInputs,
  type SequenceClassifierOutputs,
} from "./models/sequence-classifier";
export { activationNames, activations } from "./models/shared/activations";
export { GatedFeedForward } from "./models/shared/gated-feed-forward";
export { type Decoder, LastTokenClassifier } from "./models/shared/last-token-classifier";
export { type RotaryConfig, RotaryPositions, rotaryConfig } from "./models/shared/rotary";
export {
  type AttendOptions,
  type KeyValueCache,
  type KeyValues,
  SelfAttentionContext,
} from "./models/shared/self-attention";
export { tokenEmbedding } from "./models/shared/token-embedding";
export {
  AutoTokenizer,
  type BatchEncoding,
  type BatchOptions,
  type DecodeOptions,
  type EncodeOptions,
  PreTrainedTokenizer,
} from "./tokenizers";
