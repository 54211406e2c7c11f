import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "@waveft/browser-test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getPeftModel, PeftModel, WaveFTConfig } from "../src";
import { scratch } from "./golden-models";
import { adaptedOf, Pair } from "./pair";

const work = scratch();
const saver = join(work, "saver.mjs");
beforeAll(async () => {
  writeFileSync(saver, await bundle(fileURLToPath(new URL("./killed/saver.ts", import.meta.url))));
}, 60_000);
afterAll(() => rmSync(work, { recursive: true }));

/** Kills a process that saves adapters of these scalings, one over the other, some time after its first save. */
const killed = async (folder: string, scalings: readonly number[], after: number): Promise<void> => {
  const child = spawn(process.execPath, [saver, folder, ...scalings.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), gone]);
  await setTimeout(after);
  child.kill("SIGKILL");
  expect(await gone).toEqual([null, "SIGKILL"]);
};

/** The scaling of the adapter in a folder, and the values that it has. */
const loaded = async (folder: string): Promise<readonly number[]> => {
  const model = await PeftModel.fromPretrained(new Pair(), folder);
  const values = adaptedOf(model).flatMap(({ adapters }) =>
    Array.from(adapters.get("default")!.parameters.waveft_spectrum!.data),
  );
  return [model.peftConfig.get("default")!.toJson().scaling as number, ...new Set(values)];
};

const moments = Array.from({ length: 8 }, (_, i) => 3 + 7.3 * i);

test("a process that is killed while it saves an adapter over itself leaves it whole", async () => {
  for (const moment of moments) {
    const folder = join(work, `same ${moment}`);
    await killed(folder, [3], moment);
    expect(await loaded(folder)).toEqual([3, 3]);
  }
}, 60_000);

test("killed while it saves another adapter, it leaves one of them, or none, and never a mixture", async () => {
  for (const moment of moments) {
    const folder = join(work, `other ${moment}`);
    await killed(folder, [3, 5], moment);
    const found = await loaded(folder).catch((error: Error) => error.message);
    const isNone = typeof found === "string" && found.includes("no adapter_config.json");
    expect([[3, 3], [5, 5], isNone ? found : null]).toContainEqual(found);
  }
}, 60_000);

test("what killed processes left is swept by a later save, unless somebody may still write it", async () => {
  const folder = join(work, "swept");
  const model = getPeftModel(new Pair(), new WaveFTConfig({ nFrequency: 6, targetModules: ["first"] }));
  await model.savePretrained(folder);
  const files = readdirSync(folder);
  const [old, fresh, foreign] = [
    "adapter_model.safetensors.1234-abc.tmp",
    "adapter_model.safetensors.1235-abc.tmp",
    "notes.txt.1234-abc.tmp",
  ];
  for (const name of [old, fresh, foreign]) writeFileSync(join(folder, name), "half");
  const twoHoursAgo = Date.now() / 1000 - 7200;
  for (const name of [old, foreign]) utimesSync(join(folder, name), twoHoursAgo, twoHoursAgo);
  await model.savePretrained(folder);
  expect(readdirSync(folder).sort()).toEqual([...files, fresh, foreign].sort());
});
