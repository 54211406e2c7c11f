import { type Part, shown } from "../part";
import type { Model } from "./model";
import { vocabularyOf } from "./vocabulary";

export const wordLevel = (part: Part): Model => {
  const vocabulary = vocabularyOf(part);
  const unknown = part.text("unk_token");
  return {
    vocabulary,
    encode(word) {
      const id = vocabulary.get(word) ?? vocabulary.get(unknown);
      return id === undefined
        ? part.fail(`knows neither ${shown(word)} nor its unk_token ${shown(unknown)}`)
        : [id];
    },
  };
};
