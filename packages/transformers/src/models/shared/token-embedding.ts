import { type DType, Embedding } from "@waveft/autograd";
import type { PretrainedConfig } from "../../config";

/** The embedding of a vocabulary whose padding token gets no gradient. */
export const tokenEmbedding = (
  { vocabSize, padTokenId }: PretrainedConfig,
  width: number,
  dtype: DType,
): Embedding =>
  new Embedding(vocabSize, width, { dtype, ...(padTokenId !== null && { paddingIndex: padTokenId }) });
