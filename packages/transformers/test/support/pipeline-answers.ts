import { isTransformersError } from "../../src/errors";
import { Pipeline } from "../../src/tokenizers/pipeline";
import type { TokenizerJson } from "../../src/tokenizers/tokenizer-json";

/** A tokenizer.json and a text for it. */
export interface PipelineCase {
  readonly json: unknown;
  readonly text: string;
}

/** What `reference/transformers/tokenizers_peer.py` says of a case, from our side. */
export const answer = ({ json, text }: PipelineCase): unknown => {
  try {
    const pipeline = new Pipeline("test", json as TokenizerJson);
    const content = pipeline.encode(text);
    const [plain, full] = [pipeline.process(content, false), pipeline.process(content, true)];
    const ids = [...full, 0, 1, 2, 3, 4, 5];
    return { plain, full, decoded: pipeline.decode(ids, false), skipped: pipeline.decode(ids, true) };
  } catch (error) {
    if (isTransformersError(error)) return "refused";
    throw error;
  }
};
