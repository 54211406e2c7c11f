import { shown, WaveletError } from "../../errors";

/** How the nodes of a level are sorted: left to right in the tree, or from low to high frequencies. */
export type PacketOrder = "natural" | "freq";

export function checkedOrder<O extends PacketOrder>(order: O, orders: readonly O[]): O {
  if (orders.includes(order)) return order;
  throw new WaveletError(`no order ${shown(order)}; the orders here are ${orders.join(", ")}`, "mode");
}

/**
 * Where a node stands among those of its level by frequency. Every high-pass filter mirrors the frequencies below it,
 * so that a path, read as bits (high-pass 1), is the Gray code of that number.
 */
export function frequencyRank(path: string, high: string): number {
  let rank = 0;
  for (const letter of path) rank = 2 * rank + ((letter === high ? 1 : 0) ^ (rank % 2));
  return rank;
}

/** Lists of what has one rank, from low to high ranks. */
export function groupedByRank<T>(items: readonly T[], rankOf: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const rank = rankOf(item);
    const group = groups.get(rank);
    if (group === undefined) groups.set(rank, [item]);
    else group.push(item);
  }
  return [...groups].sort(([one], [other]) => one - other).map(([, group]) => group);
}
