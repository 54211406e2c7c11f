import { type ByteSource, dtypes } from "@waveft/safetensors";
import { EndOfBytes, unpickle } from "./pickle";
import { type TorchStorage, unpickleTorch } from "./torch-pickle";
import type { Stored } from "./zip";

/** What such a file begins with, as a pickle. */
const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

/** The pickles before the numbers: a state dictionary of a million tensors takes less. */
const mostBytes = 2 ** 28;

type Fail = (sentence: string) => never;

/**
 * A file of `torch.save` before torch 1.6: five pickles (magic number, protocol, the writer's machine, the object, the
 * keys of the storages), then each storage's number of elements and its numbers.
 *
 * @returns the object, and its storages by key; null where the file is another
 */
export const readLegacy = async (
  source: ByteSource,
  fail: Fail,
): Promise<{ readonly root: unknown; readonly storages: ReadonlyMap<string, Stored> } | null> => {
  for (let length = Math.min(source.size, 2 ** 20); ; length = Math.min(source.size, length * 8, mostBytes)) {
    try {
      const pickles = readPickles(await source.read(0, length), fail);
      return pickles && { root: pickles.root, storages: await placeStorages(source, pickles, fail) };
    } catch (error) {
      if (!(error instanceof EndOfBytes)) throw error;
      if (length >= Math.min(source.size, mostBytes)) return fail("ends in the middle of its pickle");
    }
  }
};

interface Pickles {
  readonly root: unknown;
  readonly types: ReadonlyMap<string, TorchStorage>;
  readonly keys: readonly unknown[];
  /** Where the storages begin. */
  readonly end: number;
}

const readPickles = (bytes: Uint8Array, fail: Fail): Pickles | null => {
  let at = 0;
  const next = <T extends { readonly value: unknown; readonly end: number }>(
    read: (rest: Uint8Array) => T,
  ): T => {
    const found = read(bytes.subarray(at));
    at += found.end;
    return found;
  };
  const plain = (rest: Uint8Array) =>
    unpickle(rest, {
      fail,
      global: () => undefined,
      persistent: () => fail("has a storage where none belongs"),
    });
  const first = next(plain).value;
  if (first !== magicNumber) return null;
  const version = next(plain).value;
  if (version !== protocolVersion) return fail("is of an unknown version of torch's old format");
  const machine = next(plain).value;
  if (!(machine instanceof Map) || machine.get("little_endian") !== true)
    return fail("was written in big-endian byte order");
  const { value: root, storages: types } = next((rest) => unpickleTorch(rest, fail));
  const keys = next(plain).value;
  return Array.isArray(keys) ? { root, types, keys, end: at } : fail("has no list of its storages");
};

/** Storages lie one after another, each behind its number of elements. */
const placeStorages = async (
  source: ByteSource,
  { types, keys, end }: Pickles,
  fail: Fail,
): Promise<ReadonlyMap<string, Stored>> => {
  const storages = new Map<string, Stored>();
  let at = end;
  for (const key of keys) {
    const type = typeof key === "string" ? types.get(key)?.dtype : undefined;
    if (type === undefined || storages.has(key as string)) return fail("lists a storage that no tensor has");
    if (at + 8 > source.size) return fail("is cut short before its last storage");
    const head = await source.read(at, 8);
    const count = Number(new DataView(head.buffer, head.byteOffset, 8).getBigInt64(0, true));
    const [start, size] = [at + 8, count * dtypes[type].bytes];
    if (!(count >= 0 && start + size <= source.size)) return fail("is cut short inside its storages");
    storages.set(key as string, { size, read: (from, length) => source.read(start + from, length) });
    at = start + size;
  }
  return storages;
};
