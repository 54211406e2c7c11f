export { AutoTokenizer } from "./auto-tokenizer";
export {
  type BatchEncoding,
  type BatchOptions,
  type DecodeOptions,
  type EncodeOptions,
  PreTrainedTokenizer,
  type TokenizerFiles,
} from "./pretrained-tokenizer";
