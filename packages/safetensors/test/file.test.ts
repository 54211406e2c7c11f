import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  bytesSource,
  type Dtype,
  dtypes,
  fileSource,
  isSafetensorsError,
  openSafetensors,
  openSharded,
  serializeSafetensors,
  type TensorArray,
  type TensorData,
  writeFileAtomic,
  writeSafetensors,
} from "../src/index";

const golden = (name: string) => fileURLToPath(new URL(`golden/${name}`, import.meta.url));
const joined = (chunks: Uint8Array[]) => new Uint8Array(Buffer.concat(chunks));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "safetensors-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const dtypeNames = Object.keys(dtypes) as Dtype[];
const tensor = fc
  .record({
    dtype: fc.constantFrom(...dtypeNames),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const bytes = Uint8Array.from({ length: size * dtypes[dtype].bytes }, (_, i) => (i * 37 + seed) & 255);
    return { dtype, shape, data: new dtypes[dtype].array(bytes.buffer) as TensorArray } as TensorData;
  });
const tensors = fc.dictionary(
  fc.string({ unit: "grapheme", maxLength: 6 }).filter((name) => name !== "__metadata__"),
  tensor,
  { maxKeys: 6 },
);
const bytesOf = (data: TensorArray) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

describe("round trip", () => {
  test("what is written is read, for every dtype, shape and name", () =>
    fc.assert(
      fc.asyncProperty(
        tensors,
        fc.option(fc.dictionary(fc.string(), fc.string())),
        async (written, metadata) => {
          const bytes = joined(serializeSafetensors(written, metadata ?? undefined));
          const file = await openSafetensors(bytesSource(bytes));
          expect(new Set(file.tensors.keys())).toEqual(new Set(Object.keys(written)));
          expect({ ...file.metadata }).toEqual({ ...metadata });
          for (const [name, { dtype, shape, data }] of Object.entries(written)) {
            const read = await file.read(name);
            expect([read.dtype, read.shape, read.data.constructor]).toEqual([dtype, shape, data.constructor]);
            expect(bytesOf(read.data)).toEqual(bytesOf(data));
          }
        },
      ),
      { numRuns: 100 },
    ));

  test("a file on disk is written whole and read by range", async () => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, {
      w: { dtype: "F32", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) },
    });
    const file = await openSafetensors(await fileSource(path));
    expect(await file.read("w")).toEqual({
      dtype: "F32",
      shape: [2, 2],
      data: new Float32Array([1, 2, 3, 4]),
    });
    await file.close();
  });
});

describe("the reference writer's bytes", () => {
  for (const name of ["all-dtypes.safetensors", "no-metadata.safetensors"]) {
    test(name, async () => {
      const file = await openSafetensors(await fileSource(golden(name)));
      const read = new Map<string, TensorData>();
      for (const key of [...file.tensors.keys()].reverse()) read.set(key, await file.read(key));
      await file.close();
      const metadata = name === "all-dtypes.safetensors" ? { format: "pt" } : undefined;
      expect(joined(serializeSafetensors(read, metadata))).toEqual(
        new Uint8Array(readFileSync(golden(name))),
      );
      if (metadata) {
        expect(file.metadata).toEqual(metadata);
        expect(read.get("layer.I64.weight")?.data).toEqual(new BigInt64Array([0n, 1n, 2n, 3n, 5n, 100n]));
        expect(read.get("layer.BOOL.weight")?.data).toEqual(new Uint8Array([0, 1, 1, 1, 1, 1]));
      }
    });
  }
});

describe("shards", () => {
  const shard = (value: number) => ({ dtype: "F32" as const, shape: [1], data: new Float32Array([value]) });
  const files: Record<string, Uint8Array> = {
    "a.safetensors": joined(serializeSafetensors({ x: shard(1), y: shard(2) })),
    "b.safetensors": joined(serializeSafetensors({ z: shard(3) })),
  };
  const resolve = (file: string) => bytesSource(files[file]!, file);

  test("are read as one file", async () => {
    const index = JSON.stringify({
      weight_map: { x: "a.safetensors", y: "a.safetensors", z: "b.safetensors" },
    });
    const file = await openSharded(index, resolve);
    expect([...file.tensors.keys()]).toEqual(["x", "y", "z"]);
    expect((await file.read("z")).data).toEqual(new Float32Array([3]));
    await expect(file.read("w")).rejects.toThrow(
      'the sharded checkpoint has no tensor "w"; it has "x", "y", "z"',
    );
    await file.close();
  });

  test.each([
    [{ weight_map: { x: "b.safetensors" } }, 'b.safetensors, where the index places it, has no tensor "x"'],
    [{ weight_map: { x: "../../etc/passwd" } }, 'places tensor "x" in "../../etc/passwd"'],
    [{ weight_map: { x: "/etc/passwd" } }, "which is no file beside it"],
    [{ weight_map: { x: 3 } }, 'places tensor "x" in 3'],
    [{}, 'has no "weight_map"'],
    ["{", "the index is not JSON"],
  ])("index %j is refused", async (index, message) => {
    await expect(openSharded(index, resolve)).rejects.toThrow(message);
    await expect(openSharded(index, resolve)).rejects.toSatisfy(isSafetensorsError);
  });
});

describe("writing", () => {
  test("a failure leaves the old file and nothing else", async () => {
    const path = join(folder, "kept");
    writeFileSync(path, "old");
    const before = readdirSync(folder);
    const broken = (function* () {
      yield new Uint8Array(10);
      throw new Error("out of tensors");
    })();
    await expect(writeFileAtomic(path, broken)).rejects.toThrow("out of tensors");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(before);
    await expect(writeFileAtomic(join(folder, "none/x"), [])).rejects.toThrow(
      "none/x cannot be written (ENOENT",
    );
  });

  test.each([
    [{ a: { dtype: "F32", shape: [2], data: new Float32Array(3) } }, "needs 2 elements; its data has 3"],
    [{ a: { dtype: "F32", shape: [1], data: new Float64Array(1) } }, "needs its data in a Float32Array"],
    [{ a: { dtype: "F8", shape: [1], data: new Uint8Array(1) } }, 'dtype "F8"; known are BOOL, U8'],
    [{ a: { dtype: "U8", shape: [-1], data: new Uint8Array(1) } }, "a shape is a list of non-negative"],
    [{ __metadata__: { dtype: "U8", shape: [1], data: new Uint8Array(1) } }, "the name is reserved"],
  ])("%# is refused", (bad, message) => {
    expect(() => serializeSafetensors(bad as never)).toThrow(message);
  });
});

test("opening what is not a file says so", async () => {
  await expect(fileSource(join(folder, "nothing"))).rejects.toThrow("nothing: no such file");
  await expect(fileSource(folder)).rejects.toThrow("is a folder, not a file");
});

test("metadata that is null is none", async () => {
  const json = new TextEncoder().encode(
    '{"__metadata__":null,"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
  );
  const bytes = new Uint8Array(8 + json.length + 1);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  const file = await openSafetensors(bytesSource(bytes));
  expect(file.metadata).toEqual({});
  expect((await file.read("a")).data).toEqual(Uint8Array.of(0));
});
