import { SparseError } from "./errors";
import { Mt19937 } from "./mt19937";
import { remainder64 } from "./remainder64";

/** From this length on torch draws 64 bits a place, since 32 would be visibly biased. */
const wideDrawsFrom = Math.floor((2 ** 32 - 1) / 20);

/**
 * The first `n` entries of `torch.randperm(total, generator=torch.Generator().manual_seed(seed))`, exactly.
 * Takes O(n) time and memory below `total` = 214,748,364; from there on O(total) time, still O(n) memory.
 *
 * @throws SparseError when `n` is not an integer in [0, total], `total` not one in [0, 2⁵³), or the seed no integer.
 */
export function randpermPrefix(total: number, n: number, seed: number | bigint): Float64Array {
  if (!Number.isSafeInteger(total) || total < 0) {
    throw new SparseError(
      `sparse: a permutation's length must be an integer from 0 on, got ${total}`,
      "count",
    );
  }
  if (!Number.isSafeInteger(n) || n < 0 || n > total) {
    throw new SparseError(`sparse: a prefix of ${total} places has 0 to ${total} entries, got ${n}`, "count");
  }
  const generator = new Mt19937(seed);
  return total < wideDrawsFrom ? shuffleForward(total, n, generator) : shuffleInsideOut(total, n, generator);
}

/** `torch.randperm(n, generator=torch.Generator().manual_seed(seed))`, exactly. */
export function randperm(n: number, seed: number | bigint): Float64Array {
  return randpermPrefix(n, n, seed);
}

/** Fisher–Yates from the front: place i is final after its own swap, so n steps are enough. */
function shuffleForward(total: number, n: number, generator: Mt19937): Float64Array {
  const places = 8 * n >= total ? new DensePlaces(total) : new SparsePlaces(n);
  const prefix = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const j = i + (generator.nextUint32() % (total - i));
    prefix[i] = places.swap(i, j);
  }
  return prefix;
}

/** What stands at the places of an identity permutation after some swaps. */
interface Places {
  /** Puts the entry of place i at place j and returns what j held. Place i is not asked for again. */
  swap(i: number, j: number): number;
}

class DensePlaces implements Places {
  readonly #entries: Int32Array;

  constructor(total: number) {
    this.#entries = new Int32Array(total);
    for (let i = 0; i < total; i++) this.#entries[i] = i;
  }

  swap(i: number, j: number): number {
    const taken = this.#entries[j]!;
    this.#entries[j] = this.#entries[i]!;
    return taken;
  }
}

/** Only the moved places, in an open-addressing table at most half full. */
class SparsePlaces implements Places {
  readonly #places: Int32Array;
  readonly #entries: Int32Array;
  readonly #shift: number;

  constructor(swaps: number) {
    const bits = Math.max(4, Math.ceil(Math.log2(2 * swaps + 1)));
    this.#places = new Int32Array(2 ** bits).fill(-1);
    this.#entries = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  swap(i: number, j: number): number {
    const moved = this.#slot(i);
    const entry = this.#places[moved] === i ? this.#entries[moved]! : i;
    const slot = this.#slot(j);
    const taken = this.#places[slot] === j ? this.#entries[slot]! : j;
    this.#places[slot] = j;
    this.#entries[slot] = entry;
    return taken;
  }

  /** Fibonacci hashing with linear probing: where `place` is, or the free slot where it belongs. */
  #slot(place: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let slot = Math.imul(place, 0x9e3779b1) >>> this.#shift;
    while (places[slot] !== place && places[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  }
}

/**
 * Inside-out Fisher–Yates: p[i] = p[z], p[z] = i with z = u64 mod (i + 1). A step changes the first n places
 * only where z < n, so later steps are drawn but mostly not stored.
 */
export function shuffleInsideOut(total: number, n: number, generator: Mt19937): Float64Array {
  const prefix = new Float64Array(n);
  let i = 0;
  while (i < total) {
    const draws = generator.nextBlock();
    const end = Math.min(draws.length, 2 * (total - i));
    for (let at = 0; at < end; at += 2, i++) {
      const high = draws[at]!;
      const low = draws[at + 1]!;
      const size = i + 1;
      if (i >= n) {
        // The fraction of u64 / size tells z / size up to the rounding of three operations, which is enough to
        // see that z lies past the prefix, without the exact remainder.
        const quotient = (high * 4294967296 + low) / size;
        const fraction = quotient - Math.floor(quotient);
        const error = quotient * 2 ** -51;
        if ((fraction - error) * size > n && fraction + error < 1) continue;
      }
      const z = remainder64(high, low, size);
      if (z >= n) continue;
      if (i < n) prefix[i] = prefix[z]!;
      prefix[z] = i;
    }
  }
  return prefix;
}
