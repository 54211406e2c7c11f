import type { OpTime } from "./engine";

/** Times of single calls, all calls of one op together. */
export const sumByOp = (calls: Iterable<readonly [op: string, milliseconds: number]>): OpTime[] => {
  const sums = new Map<string, OpTime>();
  for (const [op, milliseconds] of calls) {
    const before = sums.get(op);
    sums.set(op, {
      op,
      calls: (before?.calls ?? 0) + 1,
      milliseconds: (before?.milliseconds ?? 0) + milliseconds,
    });
  }
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds);
};
