import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { withLock } from "../../src/hub/lock";

const folder = mkdtempSync(join(tmpdir(), "waveft-lock-"));
const lock = join(folder, "blob.lock");
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(lock, { force: true }));

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Many at once; what each finds when it comes in and when it leaves. */
const crowd = async (count: number) => {
  let inside = 0;
  const most = { inside: 0, done: 0 };
  await Promise.all(
    Array.from({ length: count }, () =>
      withLock(lock, async () => {
        most.inside = Math.max(most.inside, ++inside);
        await pause();
        inside--;
        most.done++;
      }),
    ),
  );
  return most;
};

test("one at a time, and nothing is left", async () => {
  expect(await crowd(12)).toEqual({ inside: 1, done: 12 });
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["whose process is gone", `${hostname()} 999999999 token`, 0],
  ["that was not renewed", "elsewhere 1 token", 3600],
])("a lock %s is taken over by one of many", async (_, owner, age) => {
  for (let round = 0; round < 5; round++) {
    writeFileSync(lock, owner);
    const then = Date.now() / 1000 - age;
    utimesSync(lock, then, then);
    expect(await crowd(8)).toEqual({ inside: 1, done: 8 });
  }
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock that was lost to somebody else is not removed", async () => {
  await withLock(lock, async () => writeFileSync(lock, "elsewhere 1 other"));
  expect(readFileSync(lock, "utf8")).toBe("elsewhere 1 other");
});

test("an error inside lets go", async () => {
  await expect(withLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(lock)).toBe(false);
});
