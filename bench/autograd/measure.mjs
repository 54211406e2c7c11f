export { median } from "../interleave.mjs";

/** Seconds that a call takes, its promise included. */
export const timed = async (call) => {
  const start = performance.now();
  await call();
  return (performance.now() - start) / 1000;
};
