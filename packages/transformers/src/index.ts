export type { FromConfigOptions, FromPretrainedOptions } from "./auto/auto-model";
export { AutoModelForCausalLM } from "./auto/causal-lm";
export { type Architectures, AutoConfig, type AutoConfigOptions } from "./auto/config";
export type { ModelSource, SourceOptions } from "./auto/repository";
export { AutoModelForSequenceClassification, type ClassifierOptions } from "./auto/sequence-classification";
export {
  type Checkpoint,
  type CheckpointTensorInfo,
  openCheckpoint,
  openTorchCheckpoint,
} from "./checkpoint";
export {
  ConfigFields,
  commonConfig,
  isWeightDType,
  type PretrainedConfig,
  type ProblemType,
  problemTypes,
  type TextConfig,
  type TransformerConfig,
  textConfig,
  transformerConfig,
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
export type { Backbone, BackboneOptions, HiddenStates } from "./models/backbone";
export { type BertConfig, BertForSequenceClassification } from "./models/bert";
export { type GPT2Config, GPT2ForSequenceClassification, GPT2LMHeadModel } from "./models/gpt2";
export { CausalLM } from "./models/heads/causal-lm";
export {
  SequenceClassifier,
  type SequenceClassifierInputs,
  type SequenceClassifierOutputs,
} from "./models/heads/sequence-classifier";
export type { CausalLMSpec, HeadSpecs, SequenceClassifierSpec } from "./models/heads/specs";
export type {
  CausalLMInputs,
  CausalLMOutputs,
  KeyValueCache,
  KeyValues,
  TokenInputs,
} from "./models/inputs";
export { type LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification } from "./models/llama";
export { type MistralConfig, MistralForCausalLM, MistralForSequenceClassification } from "./models/mistral";
export { modelClass } from "./models/model-class";
export { type OPTConfig, OPTForCausalLM, OPTForSequenceClassification } from "./models/opt";
export type { PredictOptions, Prompts } from "./models/prediction";
export { type ModelOptions, PreTrainedModel } from "./models/pretrained-model";
export { type Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification } from "./models/qwen2";
export { type Qwen3Config, Qwen3ForCausalLM, Qwen3ForSequenceClassification } from "./models/qwen3";
export { activationNames, activations } from "./models/shared/activations";
export type { AttentionSpec } from "./models/shared/attention-layer";
export type { FeedForwardSpec } from "./models/shared/feed-forward";
export { type AttendOptions, ForwardPass, type PassInputs } from "./models/shared/forward-pass";
export { NamedModule } from "./models/shared/named-module";
export type { NormSpec } from "./models/shared/norms";
export { type RotaryConfig, RotaryPositions, rotaryConfig } from "./models/shared/rotary";
export type { BlockSpec, NormPlacement } from "./models/shared/transformer-block";
export {
  type EmbeddingSpec,
  repeated,
  type StackSpec,
  TransformerStack,
} from "./models/shared/transformer-stack";
export { pythonRegExp, type SafeMatch, SafeRegExp } from "./regex";
export {
  AutoTokenizer,
  type BatchEncoding,
  type BatchOptions,
  type DecodeOptions,
  type EncodeOptions,
  PreTrainedTokenizer,
} from "./tokenizers";
