import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesSource, writeSafetensors } from "@waveft/safetensors";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Checkpoint, openCheckpoint, openTorchCheckpoint } from "../../src/checkpoint";
import { isTransformersError } from "../../src/errors";
import type { FileSet } from "../../src/io";

const goldenPath = (name: string) => fileURLToPath(new URL(`../golden/checkpoints/${name}`, import.meta.url));
const goldenBytes = (name: string) => new Uint8Array(readFileSync(goldenPath(name)));
const expected = JSON.parse(readFileSync(goldenPath("expected.json"), "utf8")) as Record<
  "corners" | "sharded",
  Record<string, { dtype: string; shape: number[]; hex: string }>
>;
const openGolden = (name: string) => openTorchCheckpoint(bytesSource(goldenBytes(name), name));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function contents(checkpoint: Checkpoint) {
  const entries = [];
  for (const name of checkpoint.names()) {
    const { dtype, shape, data } = await checkpoint.read(name);
    expect(checkpoint.info(name)).toEqual({ dtype, shape });
    const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
    entries.push([name, { dtype, shape, hex }]);
  }
  await checkpoint.close();
  return Object.fromEntries(entries);
}

describe("torch files", () => {
  test.each(["corners.bin", "protocol4.bin"])(
    "%s: every dtype, tied, transposed, sliced and expanded tensors equal torch's",
    async (name) => {
      const found = await contents(await openGolden(name));
      expect(found).toEqual(expected.corners);
      expect(Object.keys(found)).toEqual(Object.keys(expected.corners));
    },
  );

  test("legacy.bin, as torch before 1.6 wrote: the same but for uint16, which it lacked", async () => {
    const { uint16, ...rest } = expected.corners as Record<string, unknown>;
    expect(uint16).toBeDefined();
    const found = await contents(await openGolden("legacy.bin"));
    expect(found).toEqual(rest);
    expect(Object.keys(found)).toEqual(Object.keys(rest));
  });

  test.each([0, 1, 20, 140, 700, -1, -9, -200])(
    "legacy.bin cut at %d is refused in one sentence",
    async (cut) => {
      const opened = openTorchCheckpoint(bytesSource(goldenBytes("legacy.bin").slice(0, cut), "x.bin"));
      await expect(opened).rejects.toSatisfy(
        (e) => isTransformersError(e) && /^x.bin [^\n]+$/.test(e.message),
      );
    },
  );

  test("a state dictionary inside a training checkpoint is found", async () => {
    const checkpoint = await openGolden("nested.bin");
    expect(checkpoint.names()).toEqual(["w"]);
    expect((await checkpoint.read("w")).data).toEqual(new Float32Array([1, 1]));
    expect(() => checkpoint.info("v")).toThrow('nested.bin has no tensor "v"');
  });

  test("tied tensors are read into memory of their own", async () => {
    const checkpoint = await openGolden("corners.bin");
    const [a, b] = [await checkpoint.read("embed.weight"), await checkpoint.read("head.weight")];
    expect(a.data).toEqual(b.data);
    expect(a.data.buffer).not.toBe(b.data.buffer);
  });
});

describe("what is no safe state dictionary is refused in one sentence", () => {
  test.each([
    ["evil-system.bin", '"posix.system", which is no tensor; it was refused and nothing was executed'],
    ["evil-eval.bin", '"__builtin__.eval", which is no tensor'],
    ["evil-getattr.bin", '"__builtin__.getattr"'],
    ["evil-load.bin", '"torch.serialization.load"'],
    ["module.bin", '"torch.nn.modules.linear.Linear"'],
    ["sparse.bin", '"torch._utils._rebuild_sparse_tensor"'],
    ["list.bin", "does not hold a dictionary of tensors"],
  ])("%s", async (name, message) => {
    const opened = openGolden(name);
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toSatisfy((e) => isTransformersError(e) && e.message.startsWith(`${name} `));
  });

  test.each([
    ["empty", new Uint8Array(0), "pytorch_model.bin is empty"],
    ["text", new TextEncoder().encode("hello"), "is not a torch checkpoint"],
    ["pointer", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"), "Git LFS pointer"],
    ["page", new TextEncoder().encode("\n<!DOCTYPE html><html>"), "it is a web page"],
    ["another pickle", new Uint8Array([0x80, 2, 0x4e, 0x2e]), "is a pickle, but not one of torch.save"],
    ["zip signature only", new Uint8Array([0x50, 0x4b, 3, 4]), "is no complete zip archive"],
    ["half a file", goldenBytes("corners.bin").subarray(0, 3000), "is no complete zip archive"],
  ])("%s", async (_, bytes, message) => {
    await expect(openTorchCheckpoint(bytesSource(bytes, "pytorch_model.bin"))).rejects.toThrow(message);
  });

  test("damage anywhere gives the tensors or one sentence, never another error", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat()),
        fc.boolean(),
        fc.constantFrom("corners.bin", "legacy.bin"),
        async (edits, cut, atStart, name) => {
          const bytes = goldenBytes(name);
          for (const [at, value] of edits) bytes[at % (atStart ? 2000 : bytes.length)] = value;
          const part = cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
          await attempt(() => openTorchCheckpoint(bytesSource(part, "x.bin")));
        },
      ),
      { numRuns: 300 },
    ));
});

async function attempt(open: () => Promise<Checkpoint>): Promise<void> {
  try {
    await contents(await open());
  } catch (error) {
    if (!isTransformersError(error)) throw error;
    expect(error.message).not.toContain("\n");
  }
}

describe("openCheckpoint", () => {
  test.each(["sharded-bin", "sharded-safetensors"])("%s is read as one", async (name) => {
    expect(await contents(await openCheckpoint(goldenPath(name)))).toEqual(expected.sharded);
  });

  test("safetensors win over torch files", async () => {
    writeFileSync(join(folder, "pytorch_model.bin"), goldenBytes("evil-system.bin"));
    await expect(openCheckpoint(folder)).rejects.toThrow(`${folder}/pytorch_model.bin asks for`);
    const data = new Float32Array([1, 2]);
    await writeSafetensors(join(folder, "model.safetensors"), { w: { dtype: "F32", shape: [2], data } });
    const checkpoint = await openCheckpoint(folder);
    expect(await checkpoint.read("w")).toEqual({ dtype: "F32", shape: [2], data });
    await checkpoint.close();
  });

  const memory = (files: Record<string, Uint8Array | string>): FileSet => ({
    name: "memory",
    has: (file) => file in files,
    open: async (file) => bytesSource(Buffer.from(files[file]!), file),
  });

  test.each<[string, Record<string, Uint8Array | string>, string]>([
    [
      "nothing",
      {},
      "memory has no checkpoint; one of model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json is needed",
    ],
    [
      "not safetensors",
      { "model.safetensors": "<html>404 not found" },
      "model.safetensors is not a safetensors file",
    ],
    ["empty", { "model.safetensors": "" }, "model.safetensors is not a safetensors file: it has 0 bytes"],
    ["broken index", { "pytorch_model.bin.index.json": "{" }, "pytorch_model.bin.index.json is not JSON"],
    [
      "missing shard",
      { "pytorch_model.bin.index.json": '{"weight_map":{"a":"1.bin"}}' },
      "memory lacks 1.bin, which pytorch_model.bin.index.json names",
    ],
    [
      "shard without the tensor",
      { "pytorch_model.bin.index.json": '{"weight_map":{"a":"1.bin"}}', "1.bin": goldenBytes("nested.bin") },
      'pytorch_model.bin.index.json places "a" in 1.bin, which lacks it',
    ],
    [
      "climbing index",
      { "model.safetensors.index.json": '{"weight_map":{"a":"../x"}}' },
      'places tensor "a" in "../x"',
    ],
  ])("%s is one sentence", async (_, files, message) => {
    const opened = openCheckpoint(memory(files));
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toSatisfy(isTransformersError);
  });
});
