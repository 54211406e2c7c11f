import type { Compressors } from "hyparquet";

/** More than the pages of a usual row group, and little beside its rows. */
const mostBytes = 1 << 28;
/** Of one length: so many are compared with what is looked for. */
const mostAlike = 64;

interface Kept {
  readonly stored: Uint8Array;
  readonly page: Uint8Array;
}

/**
 * Pages are looked into before they are read. Two sets of one file's compressors, so that each is unpacked once: what
 * `keeping` unpacked, `taking` hands on by its compressed bytes, and forgets. Beyond 256 MiB nothing is kept, and a
 * page is unpacked again.
 */
export const unpackOnce = (compressors: Compressors): { keeping: Compressors; taking: Compressors } => {
  const kept = new Map<number, Kept[]>();
  let bytes = 0;

  const keep = (stored: Uint8Array, page: Uint8Array): void => {
    const alike = kept.get(stored.length) ?? [];
    if (alike.length === mostAlike || bytes + page.length > mostBytes) return;
    kept.set(stored.length, alike);
    alike.push({ stored, page });
    bytes += page.length;
  };
  const take = (stored: Uint8Array, length: number): Uint8Array | null => {
    const alike = kept.get(stored.length) ?? [];
    const at = alike.findIndex(
      (other) => other.page.length === length && Buffer.compare(other.stored, stored) === 0,
    );
    const [found] = at < 0 ? [] : alike.splice(at, 1);
    bytes -= found?.page.length ?? 0;
    return found?.page ?? null;
  };

  const each = (wrap: (unpack: NonNullable<Compressors[keyof Compressors]>) => typeof unpack): Compressors =>
    Object.fromEntries(Object.entries(compressors).map(([codec, unpack]) => [codec, wrap(unpack)]));
  return {
    keeping: each((unpack) => (stored, length) => {
      const page = unpack(stored, length);
      keep(stored, page);
      return page;
    }),
    taking: each((unpack) => (stored, length) => take(stored, length) ?? unpack(stored, length)),
  };
};
