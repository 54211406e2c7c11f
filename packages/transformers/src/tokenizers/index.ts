export { AutoTokenizer } from "./auto-tokenizer";
export {
  type BatchEncoding,
  type BatchOptions,
  type DecodeOptions,
  type EncodeOptions,
  PreTrainedTokenizer,
} from "./pretrained-tokenizer";
