import type { Engine, Executable, OpTime, Traffic } from "./engine";
import type { Graph } from "./graph";
import { makeGraph } from "./graph";
import type { HostTensor } from "./host-tensor";
import { Node } from "./node";
import { sumByOp } from "./op-times";

/** Where the time of one launch went, and what it moved: 0 bytes where the device works in the host's memory. */
export interface Profile extends Traffic {
  /** All ops together. */
  readonly milliseconds: number;
  /** By op, the dearest first. */
  readonly ops: readonly OpTime[];
  /** A table: op, calls, milliseconds, share; then the bytes, if any. */
  toString(): string;
}

export const makeProfile = (
  ops: readonly OpTime[],
  { bytesIn, bytesOut }: Traffic = { bytesIn: 0, bytesOut: 0 },
): Profile => {
  const milliseconds = ops.reduce((total, op) => total + op.milliseconds, 0);
  const moved = bytesIn + bytesOut === 0 ? "" : `\n${bytesIn} bytes to the device, ${bytesOut} from it`;
  const text = () => `${table(ops, milliseconds)}${moved}`;
  return { milliseconds, ops, bytesIn, bytesOut, toString: text };
};

const table = (ops: readonly OpTime[], total: number): string => {
  const rows = ops.map(({ op, calls, milliseconds }) => [
    op,
    String(calls),
    milliseconds.toFixed(3),
    `${(total === 0 ? 0 : (100 * milliseconds) / total).toFixed(1)} %`,
  ]);
  const all = [["op", "calls", "ms", "share"], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
    )
    .join("\n");
};

/**
 * Profiles on engines that cannot time the inside of a launch: every op as a graph of its own, timed at its second
 * run. Feeding and fetching are in the times.
 */
export const profileOpByOp = async (
  engine: Engine,
  graph: Graph,
  inputs: readonly HostTensor[],
): Promise<OpTime[]> => {
  const values = new Map<Node, HostTensor>(graph.inputs.map((input, i) => [input, inputs[i]!]));
  const lastReader = new Map<Node, Node>();
  for (const node of graph.nodes) for (const input of node.inputs) lastReader.set(input, node);
  const calls: (readonly [string, number])[] = [];
  for (const node of graph.nodes) {
    if (node.definition === null) continue;
    const fed = [...new Set(node.inputs)].filter((input) => values.has(input));
    const { executable, feeds } = await compileAlone(engine, node, fed, values);
    await executable.run(feeds);
    const start = performance.now();
    const [value] = await executable.run(feeds);
    calls.push([node.op, performance.now() - start]);
    await executable.dispose();
    values.set(node, value!);
    for (const input of fed) if (lastReader.get(input) === node) values.delete(input);
  }
  return sumByOp(calls);
};

/** One node as a graph, its computed inputs fed; parameters and constants stay what they are. */
const compileAlone = async (
  engine: Engine,
  node: Node,
  fed: readonly Node[],
  values: ReadonlyMap<Node, HostTensor>,
): Promise<{ executable: Executable; feeds: HostTensor[] }> => {
  const stand = new Map(
    fed.map(({ shape, dtype }, index) => [fed[index]!, new Node("input", [], { index }, shape, dtype)]),
  );
  const { op, inputs, attributes, shape, dtype, definition } = node;
  const alone = new Node(
    op,
    inputs.map((input) => stand.get(input) ?? input),
    attributes,
    shape,
    dtype,
    definition,
  );
  const executable = await engine.compile(makeGraph([...stand.values()], [alone]));
  return { executable, feeds: fed.map((input) => values.get(input)!) };
};
