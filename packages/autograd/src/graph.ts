import { AutogradError } from "./errors";
import { byteLengthOf } from "./host-tensor";
import { type Home, type Node, parameterOf, type StoredParameter } from "./node";
import { showShape } from "./shape";

/** A parameter, and the value that it has after a run. */
export interface GraphAssignment {
  readonly parameter: StoredParameter;
  readonly value: Node;
}

/** What engines compile: the nodes that the outputs need, each after its inputs. */
export interface Graph {
  /** Topological order, leaves included. */
  readonly nodes: readonly Node[];
  /** Leaves that are fed at each run, in feeding order (also those that no output needs). */
  readonly inputs: readonly Node[];
  /** Parameter leaves that the outputs need. */
  readonly parameters: readonly Node[];
  readonly outputs: readonly Node[];
  /** What a run assigns, each parameter once; only in graphs for engines that keep state. */
  readonly assignments: readonly GraphAssignment[];
  /** One line a node: `%3: float32[2, 3] = add %1 %2`. */
  toString(): string;
}

/**
 * Brings computed parameters up to date before a run reads any: one that borrows the memory of another would else
 * change values that were read already.
 */
export const refreshParameters = ({ parameters }: Graph): void => {
  for (const leaf of parameters) void parameterOf(leaf).version;
};

/** Before a run with this memory: parameters whose newest values are in another one are brought to the host. */
export const bringHome = async ({ parameters }: Graph, memory: Home | null = null): Promise<void> => {
  for (const leaf of parameters) {
    const parameter = parameterOf(leaf);
    if (parameter.home !== memory) await parameter.bringHome();
  }
};

export const makeGraph = (
  inputs: readonly Node[],
  outputs: readonly Node[],
  assignments: readonly GraphAssignment[] = [],
): Graph => {
  const nodes = topologicalOrder([...outputs, ...assignments.map(({ value }) => value)]);
  const disposed = nodes.find((node) => node.disposed);
  if (disposed !== undefined)
    throw new AutogradError(`graph: ${disposed}, which the outputs need, was disposed; make it anew`);
  const parameters = nodes.filter((node) => node.op === "parameter");
  const text = () => show(nodes, outputs, assignments);
  return { nodes, inputs, parameters, outputs, assignments, toString: text };
};

/** Bytes that a run holds at most, about: constants, and values from their node to their last reader. */
export const bytesOfRun = ({ nodes, outputs }: Graph): number => {
  const lastReader = new Map<Node, Node>();
  for (const node of nodes) for (const input of node.inputs) lastReader.set(input, node);
  for (const output of outputs) lastReader.delete(output);
  let [constants, held, most] = [0, 0, 0];
  for (const node of nodes) {
    if (node.op === "constant") constants += byteLengthOf(node);
    if (node.definition === null) continue;
    held += byteLengthOf(node);
    most = Math.max(most, held);
    for (const input of new Set(node.inputs))
      if (input.definition !== null && lastReader.get(input) === node) held -= byteLengthOf(input);
  }
  return constants + most;
};

/**
 * Depth first without recursion: graphs are deeper than the stack.
 *
 * @param ends nodes behind which it does not look
 */
export const topologicalOrder = <N extends { readonly inputs: readonly N[] }>(
  outputs: readonly N[],
  ends: ReadonlySet<N> = new Set(),
): N[] => {
  const order: N[] = [];
  const state = new Map<N, "open" | "done">();
  const stack: N[] = [...outputs].reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const seen = state.get(node);
    if (seen === undefined) {
      state.set(node, "open");
      if (ends.has(node)) continue;
      for (let i = node.inputs.length - 1; i >= 0; i--)
        if (!state.has(node.inputs[i]!)) stack.push(node.inputs[i]!);
      continue;
    }
    stack.pop();
    if (seen === "open") {
      state.set(node, "done");
      order.push(node);
    }
  }
  return order;
};

const show = (
  nodes: readonly Node[],
  outputs: readonly Node[],
  assignments: readonly GraphAssignment[],
): string => {
  const names = new Map(nodes.map((node, i) => [node, `%${i}`]));
  const lines = nodes.map((node) => {
    const args = node.inputs.map((input) => names.get(input)!).join(" ");
    const attributes = Object.entries(node.attributes)
      .filter(([, value]) => isPrintable(value))
      .map(([key, value]) => `${key}=${Array.isArray(value) ? `[${value.join(",")}]` : String(value)}`)
      .join(" ");
    const call = [node.op, args, attributes].filter((part) => part !== "").join(" ");
    return `${names.get(node)}: ${node.dtype}${showShape(node.shape)} = ${call}`;
  });
  const assigned = assignments.map(({ parameter, value }) => `assign ${parameter} ${names.get(value)}`);
  return [...lines, ...assigned, `return ${outputs.map((output) => names.get(output)!).join(" ")}`].join(
    "\n",
  );
};

const isPrintable = (value: unknown): boolean =>
  typeof value === "number" ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (Array.isArray(value) && value.length <= 8 && value.every((item) => typeof item === "number"));
