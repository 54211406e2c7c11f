import { SparseError } from "./errors";
import { quickselect } from "./quickselect";
import { eachPiece, type Scores } from "./scores";

/** Selects the scores above `value`, and the first `ties` of those that equal it (none when negative). */
export interface Threshold {
  readonly value: number;
  readonly ties: number;
}

/** So many scores are told apart in memory of their own rather than by counting them once more. */
const fewEnough = 2 ** 20;

const digits = [
  { shift: 16, high: true },
  { shift: 0, high: true },
  { shift: 16, high: false },
  { shift: 0, high: false },
];

/**
 * The threshold of the best k of all scores together, by a radix search: a pass counts the next 16 bits of the sort
 * keys that agree with what is known so far, until those that are left are few or all wanted. Two or three passes
 * for numbers as they come, five at most; the memory does not grow with the scores.
 *
 * @throws SparseError when a score is NaN
 */
export function findThreshold(
  sources: readonly Scores[],
  k: number,
  largest: boolean,
  few = fewEnough,
): Threshold {
  const counts = new Float64Array(2 ** 16);
  let prefix: Prefix = { maskHigh: 0, wantHigh: 0, maskLow: 0, wantLow: 0 };
  let left = sources.reduce((sum, { length }) => sum + length, 0);
  let wanted = k;
  for (const { shift, high } of digits) {
    if (left <= few) return amongFew(sources, prefix, left, wanted, largest);
    counts.fill(0);
    for (const scores of sources) countDigits(scores, prefix, shift, high, counts, largest);
    let digit = 0xffff;
    while (counts[digit]! < wanted) wanted -= counts[digit--]!;
    left = counts[digit]!;
    const mask = 0xffff << shift;
    const want = digit << shift;
    const { maskHigh, wantHigh, maskLow, wantLow } = prefix;
    prefix = high
      ? { maskHigh: maskHigh | mask, wantHigh: wantHigh | want, maskLow, wantLow }
      : { maskHigh, wantHigh, maskLow: maskLow | mask, wantLow: wantLow | want };
  }
  // All 64 bits are known: those left are equal.
  const value = new Float64Array(1);
  setScore(new Int32Array(value.buffer), 0, prefix.wantHigh, prefix.wantLow);
  return { value: value[0]!, ties: wanted };
}

/**
 * Calls back with the index of each selected score, in ascending order; equal scores are taken from the front.
 *
 * @returns the threshold with the ties that are left for the sources that follow
 */
export function eachSelected(
  scores: Scores,
  { value, ties }: Threshold,
  largest: boolean,
  visit: (index: number) => void,
): Threshold {
  let left = ties;
  eachRanked(scores, largest, (piece, start) => {
    for (let i = 0; i < piece.length; i++) {
      if (piece[i]! < value || (piece[i] === value && left-- <= 0)) continue;
      visit(start + i);
    }
  });
  return { value, ties: left };
}

/** That no score of a piece is NaN. */
export function checkRanked(piece: Float64Array, start: number, whose = ""): void {
  for (let i = 0; i < piece.length; i++) {
    if (Number.isNaN(piece[i]!)) {
      throw new SparseError(
        `sparse: score ${start + i}${whose} is NaN, which ranks nowhere; replace it by a number or an infinity`,
        "values",
      );
    }
  }
}

/** The bits that are known of a sort key, in two words. */
interface Prefix {
  readonly maskHigh: number;
  readonly wantHigh: number;
  readonly maskLow: number;
  readonly wantLow: number;
}

/** Calls back with the scores, negated when the smallest are wanted, so that the largest are always the best. */
function eachRanked(
  scores: Scores,
  largest: boolean,
  visit: (piece: Float64Array, start: number) => void,
): void {
  eachPiece(scores, (piece, start) => {
    checkRanked(piece, start);
    if (!largest) for (let i = 0; i < piece.length; i++) piece[i] = -piece[i]!;
    visit(piece, start);
  });
}

/**
 * Scores to sort keys in place: as unsigned 64-bit integers these ascend as the scores do. A double's bits ascend
 * with it where it is positive and descend where it is negative; −0 becomes 0 first, to which it is equal. The
 * lower word comes first, as typed arrays are little-endian wherever JavaScript runs.
 */
function toKeys(piece: Float64Array): Int32Array {
  const words = new Int32Array(piece.buffer, piece.byteOffset, 2 * piece.length);
  for (let i = 0; i < piece.length; i++) {
    piece[i] = piece[i]! + 0;
    const sign = words[2 * i + 1]! >> 31;
    words[2 * i] = words[2 * i]! ^ sign;
    words[2 * i + 1] = words[2 * i + 1]! ^ (sign | 0x80000000);
  }
  return words;
}

/** The two words of a score, from those of its key. */
function setScore(words: Int32Array, index: number, high: number, low: number): void {
  const sign = ~high >> 31;
  words[2 * index] = low ^ sign;
  words[2 * index + 1] = high ^ (sign | 0x80000000);
}

function countDigits(
  scores: Scores,
  { maskHigh, wantHigh, maskLow, wantLow }: Prefix,
  shift: number,
  high: boolean,
  counts: Float64Array,
  largest: boolean,
): void {
  eachRanked(scores, largest, (piece) => {
    const words = toKeys(piece);
    for (let i = 0; i < words.length; i += 2) {
      const highWord = words[i + 1]!;
      const lowWord = words[i]!;
      if ((highWord & maskHigh) !== wantHigh || (lowWord & maskLow) !== wantLow) continue;
      counts[((high ? highWord : lowWord) >>> shift) & 0xffff]!++;
    }
  });
}

/** The threshold of the best `wanted` of the `left` scores whose keys begin with a prefix. */
function amongFew(
  sources: readonly Scores[],
  { maskHigh, wantHigh, maskLow, wantLow }: Prefix,
  left: number,
  wanted: number,
  largest: boolean,
): Threshold {
  const found = new Float64Array(left);
  const foundWords = new Int32Array(found.buffer);
  let n = 0;
  for (const scores of sources) {
    eachRanked(scores, largest, (piece) => {
      const words = toKeys(piece);
      for (let i = 0; i < words.length; i += 2) {
        const high = words[i + 1]!;
        const low = words[i]!;
        if ((high & maskHigh) === wantHigh && (low & maskLow) === wantLow)
          setScore(foundWords, n++, high, low);
      }
    });
  }
  const value = quickselect(found, left, left - wanted);
  let ties = wanted;
  for (const score of found) if (score > value) ties--;
  return { value, ties };
}
