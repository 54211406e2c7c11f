// Makes assets/wordnet-alpaca: instructions with short answers, built from WordNet's glosses and relations.
// Usage: node scripts/make-dataset.mjs
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDecent, isRude, readWordnet, seededRandom, shuffle, wordnetLicense } from "./wordnet.mjs";

const folder = new URL("../assets/wordnet-alpaca/", import.meta.url);
const seed = 20250518;

/** How many records of each kind; every one stands in `kinds` below. */
const wanted = {
  noun: 850,
  verb: 400,
  adjective: 400,
  adverb: 100,
  sentence: 400,
  kind: 400,
  example: 60,
  part: 90,
  synonym: 200,
  antonym: 100,
};

/** Words that take "an": a vowel's sound, as far as the spelling tells. */
const article = (word) =>
  /^(?:[aeio]|u(?!ni|se|su|ti|ra|re\b))|^hon(?:est|ou?r)|^hour/.test(word) ? "an" : "a";
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const isPlainWord = (word) => /^[a-z]{3,12}$/.test(word);

/** Lexicographer files of things one can point at: animal, artifact, body, food, object, person, plant, substance. */
const tangible = ({ part, synset }) => part === "noun" && [5, 6, 8, 13, 17, 18, 20, 27].includes(synset.file);

/** Words too general to answer "what kind of thing". */
const tooGeneral = new Set([
  "artifact",
  "entity",
  "group",
  "matter",
  "object",
  "organism",
  "thing",
  "unit",
  "whole",
]);

/** A gloss's first clause if it reads as one plain phrase of at most 80 letters, or null. */
export function plainDefinition({ definition }) {
  const clause = definition
    .split(";")[0]
    .replace(/\s+/g, " ")
    .replace(/^\([^()]*\) ?/, "")
    .replace(/^to /, "")
    .trim();
  return /^[a-z][a-z' ,-]{11,79}$/.test(clause) &&
    clause.includes(" ") &&
    !/'[^s]|\b(?:etc|ie|eg)$/.test(clause)
    ? clause
    : null;
}

/** Starts as a whole sentence does: with a pronoun, or with a noun phrase that a finite verb follows. */
const pronoun = /^(?:he|she|they|we|i|it|you|there) [a-z]/i;
const nounPhrase = /^(?:the|a|an|his|her|their|my|our|your|this|that|these|those|some|all) [a-z]/i;
const finiteVerb =
  /^(?:(?!(?:what|who|whom|which|that|when|where|while|if|as|it|he|she|they|we|you)\b)[A-Za-z'-]+ )+(?:is|are|was|were|has|had|will|would|can|could|may|must|should|did|does|went|came|gave|made|took|said|kept)\b/;

/** The first usage example that is a plain sentence with the word itself in it, or null. */
function plainExample({ word, synset }) {
  const usable = synset.examples.find(
    (text) =>
      /^[A-Za-z][A-Za-z' ,-]{14,79}[.!?]?$/.test(text) &&
      text.split(" ").length >= 4 &&
      new RegExp(`\\b${word}\\b`).test(text) &&
      (pronoun.test(text) || (nounPhrase.test(text) && finiteVerb.test(text))),
  );
  return usable ? `${capital(usable).replace(/[.!?]$/, "")}.` : null;
}

/** The words at the other end of a synset's pointers with one of the given symbols, plain ones only. */
function related(wordnet, { synset }, symbols) {
  return synset.pointers
    .filter(({ symbol }) => symbols.includes(symbol))
    .map(({ part, offset }) => wordnet.synset(part, offset))
    .filter((target) => !isRude(target, wordnet))
    .map((target) => target.words.find((word) => /^[a-z]{3,12}(?: [a-z]{3,12})?$/.test(word)))
    .filter((word) => word !== undefined && !tooGeneral.has(word));
}

/** The antonym that WordNet gives for exactly this word (not for its whole synset), or undefined. */
function antonym(wordnet, { word, synset }) {
  const place = synset.words.indexOf(word) + 1;
  const pointer = synset.pointers.find(({ symbol, from }) => symbol === "!" && from === place);
  const other = pointer && wordnet.synset(pointer.part, pointer.offset).words[pointer.to - 1];
  return other !== undefined && isPlainWord(other) ? other : undefined;
}

/** The first other word of a synset that is usual itself and not merely the same word with another ending. */
function synonym(usual, { word, part, synset }) {
  return synset.words.find(
    (other) => isPlainWord(other) && usual.has(`${part} ${other}`) && other.slice(0, 4) !== word.slice(0, 4),
  );
}

/**
 * Kind by kind: which words it is for, and what it asks and answers about one of them (null: nothing usable).
 * Several wordings, so that the model learns the question and not one string.
 */
const kinds = {
  noun: define("noun", ["What is the meaning of the noun", "Define the noun"], capital),
  verb: define("verb", ["What is the meaning of the verb", "Define the verb"], (text) => `To ${text}`),
  adjective: define("adjective", ["What is the meaning of the adjective", "Define the adjective"], capital),
  adverb: define("adverb", ["What is the meaning of the adverb", "Define the adverb"], capital),
  sentence: {
    of: () => true,
    make: (sense) => {
      const text = plainExample(sense);
      return (
        text && [
          [`Use the word "${sense.word}" in a sentence.`, `Write a sentence with "${sense.word}".`],
          text,
        ]
      );
    },
  },
  kind: {
    of: tangible,
    make: (sense, { wordnet }) => {
      const [kind] = related(wordnet, sense, ["@"]);
      return (
        kind && [[`What kind of thing is "${sense.word}"?`], `${capital(sense.word)} is a kind of ${kind}.`]
      );
    },
  },
  example: {
    of: (sense) => tangible(sense) && sense.synset.file !== 18,
    make: (sense, { wordnet, usual }) => {
      const kinds = related(wordnet, sense, ["~"]).filter((word) => usual.has(`noun ${word}`));
      const names = [...new Set(kinds)].filter((word) => word !== sense.word).slice(0, 3);
      return (
        names.length === 3 && [
          [`Name three kinds of "${sense.word}".`, `Give three examples of "${sense.word}".`],
          `${capital(names[0])}, ${names[1]} and ${names[2]}.`,
        ]
      );
    },
  },
  part: {
    of: tangible,
    make: (sense, { wordnet, usual }) => {
      const piece = related(wordnet, sense, ["%p"]).find((word) => usual.has(`noun ${word}`));
      return piece && [[`Name a part of ${article(sense.word)} ${sense.word}.`], `${capital(piece)}.`];
    },
  },
  synonym: {
    of: () => true,
    make: (sense, { usual }) => {
      const other = synonym(usual, sense);
      return (
        other && [
          [
            `Give another word for the ${sense.part} "${sense.word}".`,
            `What is a synonym of "${sense.word}"?`,
          ],
          `Another word for ${sense.word} is ${other}.`,
        ]
      );
    },
  },
  antonym: {
    of: () => true,
    make: (sense, { wordnet }) => {
      const other = antonym(wordnet, sense);
      return (
        other && [
          [
            `What is the opposite of "${sense.word}"?`,
            `Give an antonym of the ${sense.part} "${sense.word}".`,
          ],
          `The opposite of ${sense.word} is ${other}.`,
        ]
      );
    },
  },
};

/** The four kinds that ask for a definition. */
function define(part, questions, phrase) {
  return {
    of: (sense) => sense.part === part,
    make: ({ word, synset }) => {
      const definition = plainDefinition(synset);
      if (definition === null || new RegExp(`\\b${word.slice(0, 5)}`).test(definition)) return null;
      const ends = [`${questions[0]} "${word}"?`, `${questions[1]} "${word}".`];
      return [ends, `${phrase(definition)}.`];
    },
  };
}

/**
 * The records of the data set, in their order in the file; the same ones at every call.
 * `word` and `part` say which word a record asks about; they are not written.
 * @param {ReturnType<typeof readWordnet>} [wordnet]
 * @returns {{ instruction: string, input: string, output: string, word: string, part: string }[]}
 */
export function makeRecords(wordnet = readWordnet()) {
  const random = seededRandom(seed);
  // Tagged at least once in running text: words that people use.
  const tagged = wordnet.firstSenses.filter(({ count }) => count > 0);
  const usual = new Set(tagged.map(({ word, part }) => `${part} ${word}`));
  const senses = tagged.filter(
    ({ word, synset }) =>
      isPlainWord(word) && isDecent(word) && isDecent(synset.definition) && !isRude(synset, wordnet),
  );
  const records = [];
  for (const [kind, { of, make }] of Object.entries(kinds)) {
    const asked = new Set();
    let left = wanted[kind];
    // Twice as many as needed of the most usual words, drawn in random order, so that no kind is all "be" and "have".
    const candidates = [];
    for (const sense of senses.filter(of)) {
      const made = make(sense, { wordnet, usual });
      if (made && isDecent(made[1])) candidates.push({ ...sense, made });
      if (candidates.length === 2 * wanted[kind]) break;
    }
    for (const { word, part, made } of shuffle(candidates, random)) {
      if (left === 0) break;
      if (asked.has(word)) continue;
      asked.add(word);
      const [questions, output] = made;
      const instruction = questions[Math.floor(random() * questions.length)];
      records.push({ instruction, input: "", output, word, part });
      left--;
    }
  }
  return shuffle(records, random);
}

/** The data set's text: one JSON object a line. */
export const toJsonLines = (records) =>
  records
    .map(({ instruction, input, output }) => `${JSON.stringify({ instruction, input, output })}\n`)
    .join("");

function write(name, text) {
  const path = fileURLToPath(new URL(name, folder));
  writeFileSync(`${path}.part`, text, { flush: true });
  renameSync(`${path}.part`, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const records = makeRecords();
  write("data.jsonl", toJsonLines(records));
  write("LICENSE", wordnetLicense());
  console.log(`${records.length} records`);
}
