import { readFile } from "node:fs/promises";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { expect, it, vi } from "vitest";
import { loadDataset } from "..";
import { unpackOnce } from "./parquet-unpacked";

const unpacked = (stored: Uint8Array, length: number) => new Uint8Array(length).fill(stored[0] ?? 0);

it("unpacks once what is kept and then taken, and again what is taken twice", () => {
  const GZIP = vi.fn(unpacked);
  const { keeping, taking } = unpackOnce({ GZIP });
  const pages = [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(1, 2, 3)];
  for (const stored of pages) keeping.GZIP!(stored, 4);
  for (const stored of [...pages].reverse())
    expect(taking.GZIP!(stored.slice(), 4)).toEqual(unpacked(stored, 4));
  expect(GZIP).toHaveBeenCalledTimes(3);
  expect(taking.GZIP!(pages[0]!, 4)).toEqual(unpacked(pages[0]!, 4));
  // The length is part of what is asked for.
  keeping.GZIP!(pages[1]!, 4);
  expect(taking.GZIP!(pages[1]!, 5)).toHaveLength(5);
  expect(GZIP).toHaveBeenCalledTimes(6);
});

it("keeps a bounded number of bytes", () => {
  const GZIP = vi.fn((stored: Uint8Array) => new Uint8Array(stored[0] === 9 ? 2 ** 28 : 4));
  const { keeping, taking } = unpackOnce({ GZIP });
  keeping.GZIP!(Uint8Array.of(1), 4);
  keeping.GZIP!(Uint8Array.of(9), 2 ** 28);
  taking.GZIP!(Uint8Array.of(9), 2 ** 28);
  expect(GZIP).toHaveBeenCalledTimes(3);
  taking.GZIP!(Uint8Array.of(1), 4);
  expect(GZIP).toHaveBeenCalledTimes(3);
});

it("unpacks the pages of a file as often as a reader that does not look into them first", async () => {
  const path = new URL("../../../test/golden/data/gzip.parquet", import.meta.url).pathname;
  const file = (await readFile(path)).buffer;
  const unpack = vi.fn(compressors.GZIP!);
  await parquetReadObjects({ file, compressors: { GZIP: unpack } });
  const pages = unpack.mock.calls.length;
  expect(pages).toBeGreaterThan(0);

  const spy = vi.spyOn(compressors as { GZIP: typeof unpack }, "GZIP");
  await loadDataset(path, { split: "train" });
  expect(spy).toHaveBeenCalledTimes(pages);
});
