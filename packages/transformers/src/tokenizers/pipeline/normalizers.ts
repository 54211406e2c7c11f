import { encodeBytes } from "./bytes";
import { charsMap } from "./charsmap";
import { flattened, inTurn, type Part } from "./part";
import { finderOf, whiteSpace } from "./pattern";

/** A stretch of text. `atStart`: its first character comes from the beginning of the input. */
export interface Piece {
  readonly text: string;
  readonly atStart: boolean;
}

export type Normalizer = (piece: Piece) => Piece;

/** @param json `normalizer` of tokenizer.json, null for none */
export const normalizerOf = (part: Part | null): Normalizer => {
  if (part === null) return (piece) => piece;
  return inTurn(part, flattened(part, "normalizers").map(stepOf), ({ text }) => text.length);
};

const stepOf = (part: Part): Normalizer => {
  const make = Object.hasOwn(kinds, part.type) ? kinds[part.type] : undefined;
  return (
    make?.(part) ??
    part.fail(`is of type ${part.type}, which is not supported; there are ${Object.keys(kinds).join(", ")}`)
  );
};

/** Changes characters, but takes none away. */
const mapping =
  (change: (text: string) => string): Normalizer =>
  ({ text, atStart }) => ({ text: change(text), atStart });

/** Takes characters away. */
const removing = (remove: RegExp): Normalizer => {
  const [all, first] = [new RegExp(remove, "gu"), new RegExp(`^(?:${remove.source})`, "u")];
  return ({ text, atStart }) => ({ text: text.replace(all, ""), atStart: atStart && !first.test(text) });
};

/** Character by character: no rule for a word's last sigma. */
const lowercase = mapping((text) => Array.from(text, (char) => char.toLowerCase()).join(""));

const strip = (part: Part): Normalizer => {
  const [left, right] = [part.flag("strip_left"), part.flag("strip_right")];
  return ({ text, atStart }) => {
    const start = left ? spaceAtStart(text) : 0;
    const end = right ? text.length - spaceAtEnd(text.slice(start)) : text.length;
    return { text: text.slice(start, end), atStart: atStart && start === 0 };
  };
};

/** How many UTF-16 units of white space a text begins with. */
export const spaceAtStart = (text: string): number => {
  let at = 0;
  while (at < text.length && whiteSpace.test(text[at]!)) at++;
  return at;
};

export const spaceAtEnd = (text: string): number => {
  let at = text.length;
  while (at > 0 && whiteSpace.test(text[at - 1]!)) at--;
  return text.length - at;
};

/** Characters that replacements may come to. */
const MAX_REPLACED = 2 ** 28;

const replace = (part: Part): Normalizer => {
  const [find, content] = [finderOf(part), part.text("content")];
  return ({ text, atStart }) => {
    const found = find(text);
    if (found.length * content.length > MAX_REPLACED) part.fail("makes a text too long");
    const whole = found.map(({ start, end, matches }) => (matches ? content : text.slice(start, end)));
    const losesStart = content === "" && found[0]?.matches === true && found[0].end > 0;
    return { text: whole.join(""), atStart: atStart && !losesStart };
  };
};

const cjk =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** BERT's own cleaning: control characters go, every white space becomes a blank. */
const bert = (part: Part): Normalizer => {
  const lower = part.flag("lowercase", true);
  const stripAccents = part.has("strip_accents") ? part.flag("strip_accents") : lower;
  const spaces = mapping((text) => text.replace(/\p{White_Space}/gu, " "));
  const steps = [
    ...(part.flag("clean_text", true) ? [removing(/(?![\t\n\r])[\ufffd\p{Cc}\p{Cf}\p{Co}]/u), spaces] : []),
    ...(part.flag("handle_chinese_chars", true) ? [mapping((text) => text.replace(cjk, " $& "))] : []),
    ...(stripAccents ? [mapping((text) => text.normalize("NFD")), removing(/\p{Mn}/u)] : []),
    ...(lower ? [lowercase] : []),
  ];
  return (piece) => steps.reduce((before, step) => step(before), piece);
};

const nmtControls = ["01-\\x08", "0b", "0e-\\x1f", "7f", "8f", "9f"].map((code) => `\\x${code}`).join("");

/** The rules of neural machine translation: control characters go, odd white space becomes a blank. */
const nmt = (): Normalizer => {
  const remove = removing(new RegExp(`[${nmtControls}]`, "u"));
  const blank = mapping((text) =>
    text.replace(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu, " "),
  );
  return (piece) => blank(remove(piece));
};

const precompiled = (part: Part): Normalizer => {
  if (!part.has("precompiled_charsmap")) return (piece) => piece;
  const map = charsMap(part);
  return ({ text, atStart }) => {
    const { text: changed, losesStart } = map(text);
    return { text: changed, atStart: atStart && !losesStart };
  };
};

const form = (name: string) => () => mapping((text) => text.normalize(name));

const kinds: Readonly<Record<string, (part: Part) => Normalizer>> = {
  BertNormalizer: bert,
  ByteLevel: () => mapping(encodeBytes),
  Lowercase: () => lowercase,
  NFC: form("NFC"),
  NFD: form("NFD"),
  NFKC: form("NFKC"),
  NFKD: form("NFKD"),
  Nmt: nmt,
  Precompiled: precompiled,
  Prepend: (part) => {
    const prefix = part.text("prepend");
    return mapping((text) => (text === "" ? "" : prefix + text));
  },
  Replace: replace,
  Strip: strip,
  StripAccents: () => removing(/\p{M}/u),
};
