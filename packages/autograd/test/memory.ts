import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";
import type { Engine } from "../src";
import { assignOverAndOver, comeAndGo, trainNetwork } from "./training";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of objects and arrays that are in use, after two collections: finalizers run between them. */
const bytesInUse = async (): Promise<number> => {
  for (let i = 0; i < 2; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** After a first round, `work` leaves less than a few hundred kilobytes. */
const expectFlat = async (work: () => Promise<unknown>): Promise<void> => {
  await work();
  const before = await bytesInUse();
  await work();
  // Code that is compiled and recompiled moves the heap by less; what 500 steps give is 5 MB.
  expect((await bytesInUse()) - before).toBeLessThan(1.5e6);
};

export const expectFlatTraining = async (engine: Engine): Promise<void> => {
  const { first, last } = await trainNetwork(engine, 500);
  expect(last).toBeLessThan(first / 4);
  await expectFlat(() => trainNetwork(engine, 500));
};

/** A thousand launches that assign a moving average and a part of a cache, over and over. */
export const expectFlatState = async (engine: Engine, rounds = 1): Promise<void> => {
  for (let round = 0; round < rounds; round++) await expectFlat(() => assignOverAndOver(engine, 1000));
};

export const expectFlatPlans = async (engine: Engine): Promise<void> => {
  let round = 0;
  await expectFlat(() => comeAndGo(engine, 40 * round++, 40));
};
