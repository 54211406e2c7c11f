import { bytesOf } from "./bytes";
import type { Part } from "./part";

/**
 * SentencePiece's table of normalisations: the size of a double-array trie (uint32), its units (uint32), and the
 * replacements, each ended by a zero byte, all little-endian and in base 64.
 */
export const charsMap = (part: Part): ((text: string) => string) => {
  const bytes = decoded(part);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length)
    part.fail("has a precompiled_charsmap that is cut short");
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const replacements = bytes.subarray(4 + size);
  const known = new Map<string, string | undefined>();

  /** What the shortest beginning of `chunk` that the trie knows becomes. */
  const lookUp = (chunk: string): string | undefined => {
    let node = offsetOf(units[0]!);
    for (const byte of bytesOf(chunk)) {
      node ^= byte;
      const unit = units[node];
      if (unit === undefined || (unit & 0x8000_00ff) >>> 0 !== byte) return undefined;
      node ^= offsetOf(unit);
      if ((unit & 0x100) === 0) continue;
      const start = (units[node] ?? 0) & 0x7fff_ffff;
      const end = replacements.indexOf(0, start);
      return new TextDecoder().decode(replacements.subarray(start, end < 0 ? undefined : end));
    }
    return undefined;
  };
  const transform = (chunk: string): string | undefined => {
    if (known.has(chunk)) return known.get(chunk);
    const result = lookUp(chunk);
    if (known.size >= 10_000) known.clear();
    known.set(chunk, result);
    return result;
  };

  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  return (text) => {
    let whole = "";
    for (const { segment } of segmenter.segment(text)) {
      const asOne = bytesOf(segment).length < 6 ? transform(segment) : undefined;
      if (asOne !== undefined) whole += asOne;
      else for (const char of segment) whole += transform(char) ?? char;
    }
    return whole;
  };
};

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

const decoded = (part: Part): Uint8Array => {
  try {
    return Uint8Array.from(atob(part.text("precompiled_charsmap")), (char) => char.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) return part.fail("has a precompiled_charsmap that is not base 64");
    throw error;
  }
};
