import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export { median } from "../interleave.mjs";

/** Seconds that a call takes, its promise included. */
export const timed = async (call) => {
  const start = performance.now();
  await call();
  return (performance.now() - start) / 1000;
};

/** `timed`, after a pause in which the threads of whoever ran before stop spinning. */
export const timedAlone = async (call) => {
  await setTimeout(10);
  return timed(call);
};

/** ‖a − b‖ / ‖b‖. */
export const relativeError = (a, b) => {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
};

/** Runs a script beside this file in a process of its own, with `options`; its output is one line of JSON. */
export const inChild = async (script, options) => {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(options)]);
  return JSON.parse(stdout);
};
