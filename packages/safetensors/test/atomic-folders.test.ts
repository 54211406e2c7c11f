import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { isProcessRunning, sweepFolders, writeFolderAtomic } from "../src";

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "waveft-folders-"));
  onTestFinished(() => rmSync(output, { recursive: true }));
});
const left = (): string[] => readdirSync(output).sort();

describe("writeFolderAtomic", () => {
  it("replaces a folder as a whole", async () => {
    const folder = join(output, "a");
    await mkdir(folder);
    await writeFile(join(folder, "old"), "");
    await writeFolderAtomic(folder, (aside) => writeFile(join(aside, "new"), ""));
    expect(readdirSync(folder)).toEqual(["new"]);
    expect(left()).toEqual(["a"]);
  });

  it("leaves the old one, and nothing half-written, when filling fails", async () => {
    const folder = join(output, "a");
    await mkdir(folder);
    const fill = async (aside: string) => {
      await writeFile(join(aside, "half"), "");
      throw new Error("disk full");
    };
    await expect(writeFolderAtomic(folder, fill)).rejects.toThrow("disk full");
    expect(left()).toEqual(["a"]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("sweepFolders", () => {
  /** No process has it: beyond the largest that Linux gives. */
  const dead = 2 ** 30;
  const folder = async (name: string, file: string) => {
    await mkdir(join(output, name));
    await writeFile(join(output, name, file), "");
  };

  it("removes what dead processes left, puts back what they had moved, and leaves the living alone", async () => {
    await folder(`a.tmp-${dead}`, "half");
    await folder(`b.old-${dead}`, "whole");
    await folder("c", "new");
    await folder(`c.old-${dead}`, "old");
    await folder(`d.tmp-${process.pid}`, "half");
    await folder("mine.tmp-folder", "kept");
    await sweepFolders(output);
    expect(left()).toEqual(["b", "c", `d.tmp-${process.pid}`, "mine.tmp-folder"]);
    expect(readdirSync(join(output, "b"))).toEqual(["whole"]);
    expect(readdirSync(join(output, "c"))).toEqual(["new"]);
  });

  it("knows the living from the dead", () => {
    expect([process.pid, 1, dead].map(isProcessRunning)).toEqual([true, true, false]);
  });
});
