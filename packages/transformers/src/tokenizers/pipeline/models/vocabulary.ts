import { type Part, shown } from "../part";

/** Ids of a token are below 2³², as in Python. */
const MAX_ID = 2 ** 32;

/** `vocab` of a model as an object of ids. */
export const vocabularyOf = (part: Part): Map<string, number> => {
  const vocab = part.value("vocab");
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab))
    return part.fail(`has a vocab that is ${shown(vocab)}; it must be an object of ids`);
  const vocabulary = new Map<string, number>(Object.entries(vocab));
  for (const [token, id] of vocabulary)
    if (!Number.isInteger(id) || id < 0 || id >= MAX_ID)
      part.fail(`gives the token ${shown(token)} the id ${shown(id)}; ids are whole numbers below 2³²`);
  return vocabulary;
};
