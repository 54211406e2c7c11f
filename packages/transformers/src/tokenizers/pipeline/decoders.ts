import { bytesOf, decodeBytes } from "./bytes";
import { flattened, inTurn, type Part } from "./part";
import { finderOf } from "./pattern";
import { prependSchemeOf } from "./pre-tokenizers";

/** Turns tokens into pieces of text that are read one after the other. */
type Step = (tokens: string[]) => string[];

export type Decoder = (tokens: string[]) => string;

/** @param part `decoder` of tokenizer.json; without one, tokens stand between blanks */
export const decoderOf = (part: Part | null): Decoder => {
  if (part === null) return (tokens) => tokens.join(" ");
  const steps = flattened(part, "decoders").map(stepOf);
  const decode = inTurn(part, steps, (tokens) => tokens.reduce((sum, { length }) => sum + length, 0));
  return (tokens) => decode(tokens).join("");
};

const stepOf = (part: Part): Step => {
  const make = Object.hasOwn(kinds, part.type) ? kinds[part.type] : undefined;
  return (
    make?.(part) ??
    part.fail(`is of type ${part.type}, which is not supported; there are ${Object.keys(kinds).join(", ")}`)
  );
};

const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

const each =
  (change: (token: string, index: number, count: number) => string): Step =>
  (tokens) =>
    tokens.map((token, i) => change(token, i, tokens.length));

/** A byte's token, such as `<0xE2>`. */
const byteToken = /^<0x(\+?[0-9a-f]{1,2})>$/i;

/** Bytes in a row are UTF-8; where they are none, each is one replacement character. */
const byteFallback: Step = (tokens) => {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      texts.push(strict.decode(Uint8Array.from(bytes)));
    } catch {
      for (const _ of bytes) texts.push("\ufffd");
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = token.length === 6 ? byteToken.exec(token)?.[1] : undefined;
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else {
      flush();
      texts.push(token);
    }
  }
  flush();
  return texts;
};

/** English, as BERT's tokenizer leaves it. */
const cleanedUp = (text: string): string =>
  text
    .replaceAll(" .", ".")
    .replaceAll(" ?", "?")
    .replaceAll(" !", "!")
    .replaceAll(" ,", ",")
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" do not", " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");

const wordPiece = (part: Part): Step => {
  const [prefix, cleans] = [part.text("prefix", "##"), part.flag("cleanup", true)];
  return each((token, i) => {
    const joined = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
    return cleans ? cleanedUp(joined) : joined;
  });
};

const ctc = (part: Part): Step => {
  const [pad, delimiter] = [part.text("pad_token", "<pad>"), part.text("word_delimiter_token", "|")];
  const cleans = part.flag("cleanup", true);
  return (tokens) =>
    tokens
      .filter((token, i) => token !== tokens[i - 1])
      .map((token) => {
        const text = token.replaceAll(pad, "");
        return cleans ? cleanedUp(text).replaceAll(delimiter, " ") : text;
      })
      .filter((text) => text !== "");
};

const strip = (part: Part): Step => {
  const content = part.char("content");
  const [start, stop] = [part.count("start", 0), part.count("stop", 0)];
  return each((token) => {
    const chars = [...token];
    let from = 0;
    while (from < start && chars[from] === content) from++;
    let to = chars.length;
    while (to > from && chars.length - to < stop && chars[to - 1] === content) to--;
    return chars.slice(from, to).join("");
  });
};

const replace = (part: Part): Step => {
  const [find, content] = [finderOf(part), part.text("content")];
  return each((token) =>
    find(token)
      .map(({ start, end, matches }) => (matches ? content : token.slice(start, end)))
      .join(""),
  );
};

const metaspace = (part: Part): Step => {
  const [replacement, scheme] = [part.char("replacement", "▁"), prependSchemeOf(part)];
  return each((token, i) => token.replaceAll(replacement, i === 0 && scheme !== "never" ? "" : " "));
};

const kinds: Readonly<Record<string, (part: Part) => Step>> = {
  BPEDecoder: (part) => {
    const suffix = part.text("suffix", "</w>");
    return each((token, i, count) => token.replaceAll(suffix, i === count - 1 ? "" : " "));
  },
  ByteFallback: () => byteFallback,
  ByteLevel: () => (tokens) => {
    const bytes = tokens.flatMap((token) => decodeBytes(token) ?? [...bytesOf(token)]);
    return [lossy.decode(Uint8Array.from(bytes))];
  },
  CTC: ctc,
  Fuse: () => (tokens) => [tokens.join("")],
  Metaspace: metaspace,
  Replace: replace,
  Strip: strip,
  WordPiece: wordPiece,
};
