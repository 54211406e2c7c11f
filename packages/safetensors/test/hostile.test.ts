import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ByteSource,
  bytesSource,
  isSafetensorsError,
  openSafetensors,
  serializeSafetensors,
} from "../src/index";

/** A file with this header text and so many bytes of data. */
function fileOf(header: string | Uint8Array, dataBytes = 0, claimed?: number | bigint): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(claimed ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const info = (shape: unknown, offsets: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: offsets,
});
const header = (tensors: object) => JSON.stringify(tensors);

describe("a hostile header is one clear sentence", () => {
  test.each<[string, Uint8Array, string]>([
    ["empty file", new Uint8Array(0), "has 0 bytes, and the header's length alone takes 8"],
    [
      "a pointer",
      new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
      "it is a Git LFS pointer",
    ],
    ["a page", new TextEncoder().encode("<!doctype html><title>404</title>"), "it is a web page"],
    ["another page", new TextEncoder().encode('<?xml version="1.0"?><Error/>'), "it is a web page"],
    ["length beyond the file", fileOf("{}", 0, 1000), "is cut short: its header claims 1000 bytes"],
    ["huge length", fileOf("{}", 0, 1n << 60n), "at most 100000000 are allowed"],
    ["not JSON", fileOf("{nonsense"), "its header is not JSON"],
    ["not JSON, near a line end", fileOf('{"a":\n[,\n1]}'), "its header is not JSON"],
    ["an array", fileOf("[1]"), 'does not start with "{"'],
    ["not UTF-8", fileOf(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), "its header is not UTF-8"],
    ["overlap", fileOf(header({ a: info([2], [0, 8]), b: info([1], [4, 8]) }), 8), "inside another tensor"],
    ["hole", fileOf(header({ a: info([1], [4, 8]) }), 8), 'bytes 0 to 4, before tensor "a"'],
    ["out of range", fileOf(header({ a: info([4], [0, 16]) }), 8), "its tensors take 16 bytes, but only 8"],
    ["rest", fileOf(header({ a: info([1], [0, 4]) }), 8), "has 4 bytes after its last tensor"],
    [
      "wrong size",
      fileOf(header({ a: info([3], [0, 8]) }), 8),
      "takes 12 bytes, but its data_offsets hold 8",
    ],
    ["bad dtype", fileOf(header({ a: info([1], [0, 4], "F33") }), 4), 'dtype "F33"; known are BOOL'],
    ["proto dtype", fileOf(header({ a: info([1], [0, 4], "toString") }), 4), 'dtype "toString"'],
    ["overflow", fileOf(header({ a: info([2 ** 40, 2 ** 40], [0, 4]) }), 4), "too large for any file"],
    ["negative", fileOf(header({ a: info([-1], [0, 4]) }), 4), "a shape is a list of non-negative"],
    ["backwards", fileOf(header({ a: info([1], [8, 4]) }), 8), "two ascending byte offsets"],
    ["no offsets", fileOf(header({ a: { dtype: "F32", shape: [1] } }), 4), "data_offsets undefined"],
    ["not a record", fileOf(header({ a: 3 })), "it must have dtype, shape and data_offsets"],
    ["metadata", fileOf(header({ __metadata__: { a: 1 } })), "__metadata__ must map text to text"],
    [
      "twice",
      fileOf(`{"a":${header(info([1], [0, 4]))},"\\u0061":${header(info([1], [0, 4]))}}`, 4),
      'names tensor "a" twice',
    ],
  ])("%s", async (_, bytes, message) => {
    const opened = openSafetensors(bytesSource(bytes, "model.safetensors"));
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toSatisfy(
      (e) => isSafetensorsError(e) && /^model.safetensors.*$/.test(e.message),
    );
  });

  test.each([
    ["nested deep", `{"a":{"dtype":"F32","shape":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`],
    ["a very long name", `{"${"a".repeat(2e7)}":1}`],
    ["a very long escaped name", `{"${"\\\\n".repeat(3e6)}":1}`],
  ])("%s", async (_, json) => {
    const opened = openSafetensors(bytesSource(fileOf(json)));
    await expect(opened).rejects.toSatisfy((e) => isSafetensorsError(e) && e.message.length < 400);
  });

  test("an unknown tensor lists what there is", async () => {
    const file = await openSafetensors(bytesSource(fileOf(header({ a: info([1], [0, 4]) }), 4), "m"));
    await expect(file.read("b")).rejects.toThrow('m has no tensor "b"; it has "a"');
  });

  test("odd but valid names are plain names", async () => {
    const json = `{"__proto__":${header(info([], [0, 4]))},"a{\\"}:[":${header(info([0], [4, 4]))}}  `;
    const file = await openSafetensors(bytesSource(fileOf(json, 4)));
    expect([...file.tensors.keys()]).toEqual(["__proto__", 'a{"}:[']);
  });
});

describe("fuzz", () => {
  const valid = new Uint8Array(
    Buffer.concat(
      serializeSafetensors(
        {
          a: { dtype: "F32", shape: [2, 2], data: new Float32Array(4) },
          b: { dtype: "BF16", shape: [3], data: new Uint16Array(3) },
          c: { dtype: "I64", shape: [], data: new BigInt64Array(1) },
        },
        { format: "pt" },
      ),
    ),
  );

  /** Never reads past the end: a header cannot make the reader ask for memory that the file does not have. */
  const watched = (bytes: Uint8Array): ByteSource => ({
    size: bytes.length,
    read(offset, length) {
      expect(offset + length).toBeLessThanOrEqual(bytes.length);
      return bytesSource(bytes).read(offset, length);
    },
  });
  const survives = async (bytes: Uint8Array) => {
    try {
      const file = await openSafetensors(watched(bytes));
      for (const name of file.tensors.keys()) await file.read(name);
    } catch (error) {
      if (!isSafetensorsError(error)) throw error;
      expect(error.message).not.toContain("\n");
    }
  };

  test("bytes changed, cut or added", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -valid.length, max: 20 }),
        async (edits, grow) => {
          const bytes = new Uint8Array(valid.length + grow);
          bytes.set(valid.subarray(0, bytes.length));
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
          await survives(bytes);
        },
      ),
      { numRuns: 2000 },
    ));

  test("any JSON as a header", () =>
    fc.assert(
      fc.asyncProperty(fc.json(), fc.nat(64), (json, data) => survives(fileOf(json, data))),
      { numRuns: 500 },
    ));

  test("any value in the place of a tensor's fields", () =>
    fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string({ maxLength: 4 }),
          fc.record(
            { dtype: fc.anything(), shape: fc.anything(), data_offsets: fc.anything() },
            { requiredKeys: [] },
          ),
        ),
        fc.array(fc.maxSafeNat(), { maxLength: 4 }),
        async (fields, shape) => {
          const json = JSON.stringify({ ...fields, z: info(shape, [0, 16]) }, (_, v) =>
            typeof v === "bigint" ? Number(v) : v,
          );
          await survives(fileOf(json, 16));
        },
      ),
      { numRuns: 500 },
    ));
});
