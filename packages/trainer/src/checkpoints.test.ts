import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { checkpointFolder, prepareFolder, rotateCheckpoints } from "./checkpoints";

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "waveft-checkpoints-"));
  onTestFinished(() => rmSync(output, { recursive: true }));
});

/** Checkpoints of these steps, each a minute younger than the one before. */
const checkpoints = async (...steps: number[]): Promise<void> => {
  for (const [i, step] of steps.entries()) {
    await mkdir(checkpointFolder(output, step));
    utimesSync(checkpointFolder(output, step), i * 60, i * 60);
  }
};
const left = (): string[] => readdirSync(output).sort();

describe("rotateCheckpoints", () => {
  it("removes the oldest, and nothing else", async () => {
    await checkpoints(2, 10, 4);
    await mkdir(join(output, "checkpoint-best"));
    await rotateCheckpoints(output, 2, [checkpointFolder(output, 4), null]);
    expect(left()).toEqual(["checkpoint-10", "checkpoint-4", "checkpoint-best"]);
  });

  it("keeps the best and the newest, even where the limit is 1", async () => {
    await checkpoints(2, 4, 6, 8);
    await rotateCheckpoints(output, 1, [checkpointFolder(output, 8), checkpointFolder(output, 4)]);
    expect(left()).toEqual(["checkpoint-4", "checkpoint-8"]);
  });

  it("keeps a new checkpoint beside those of a longer run before it", async () => {
    await checkpoints(100, 200, 5);
    await rotateCheckpoints(output, 2, [checkpointFolder(output, 5), null]);
    expect(left()).toEqual(["checkpoint-200", "checkpoint-5"]);
  });
});

describe("prepareFolder", () => {
  it("makes the folder and leaves it empty", async () => {
    await prepareFolder(join(output, "a", "b"));
    expect(readdirSync(join(output, "a", "b"))).toEqual([]);
  });

  it("says which folder cannot be written to", async () => {
    await writeFile(join(output, "file"), "");
    const folder = join(output, "file", "out");
    await expect(prepareFolder(folder)).rejects.toThrow(
      `cannot write to the output folder ${folder} (ENOTDIR)`,
    );
  });
});
