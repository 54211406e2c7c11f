import { encodeBytes } from "./bytes";
import { charsMap } from "./charsmap";
import { flattened, inTurn, type Part } from "./part";
import { finderOf, whiteSpace } from "./pattern";

/** A stretch of text. `origin`: how many of its first UTF-16 units come from the first character of the input. */
export interface Piece {
  readonly text: string;
  readonly origin: number;
}

/** The whole of an input. */
export const wholeInput = (text: string): Piece => ({
  text,
  origin: (text.codePointAt(0) ?? 0) > 0xffff ? 2 : Math.min(1, text.length),
});

/** A part of a piece. */
export const sliced = ({ text, origin }: Piece, start: number, end = text.length): Piece => ({
  text: text.slice(start, end),
  origin: Math.min(Math.max(0, origin - start), end - start),
});

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

/** Changes characters one by one, or nearly so. */
const mapping =
  (change: (text: string) => string): Normalizer =>
  ({ text, origin }) => ({ text: change(text), origin: change(text.slice(0, origin)).length });

const removing = (characters: RegExp): Normalizer => {
  const all = new RegExp(characters, "gu");
  return mapping((text) => text.replace(all, ""));
};

/** Character by character: no rule for a word's last sigma. */
const lowercase = mapping((text) => Array.from(text, (char) => char.toLowerCase()).join(""));

const strip = (part: Part): Normalizer => {
  const [left, right] = [part.flag("strip_left"), part.flag("strip_right")];
  return (piece) => {
    const start = left ? spaceAtStart(piece.text) : 0;
    const end = right ? piece.text.length - spaceAtEnd(piece.text.slice(start)) : piece.text.length;
    return sliced(piece, start, end);
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
  return ({ text, origin }) => {
    const found = find(text);
    if (found.length * content.length > MAX_REPLACED) part.fail("makes a text too long");
    const whole = found.map(({ start, end, matches }) => (matches ? content : text.slice(start, end)));
    // What replaces several characters comes from the last of them.
    const first = found.map(({ start, end, matches }) =>
      matches ? (end <= origin ? content.length : 0) : Math.max(0, Math.min(end, origin) - start),
    );
    return { text: whole.join(""), origin: first.reduce((sum, length) => sum + length, 0) };
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
  const change = mapping(charsMap(part));
  return (piece) => {
    const { text, origin } = change(piece);
    // What follows a character that becomes nothing stands in its place.
    return { text, origin: piece.origin > 0 ? Math.max(origin, Math.min(1, text.length)) : 0 };
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
