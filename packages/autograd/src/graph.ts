import { AutogradError } from "./errors";
import { type Node, parameterOf } from "./node";
import { showShape } from "./shape";

/** What engines compile: the nodes that the outputs need, each after its inputs. */
export interface Graph {
  /** Topological order, leaves included. */
  readonly nodes: readonly Node[];
  /** Leaves that are fed at each run, in feeding order (also those that no output needs). */
  readonly inputs: readonly Node[];
  /** Parameter leaves that the outputs need. */
  readonly parameters: readonly Node[];
  readonly outputs: readonly Node[];
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

export const makeGraph = (inputs: readonly Node[], outputs: readonly Node[]): Graph => {
  const nodes = topologicalOrder(outputs);
  const disposed = nodes.find((node) => node.disposed);
  if (disposed !== undefined)
    throw new AutogradError(`graph: ${disposed}, which the outputs need, was disposed; make it anew`);
  const parameters = nodes.filter((node) => node.op === "parameter");
  return { nodes, inputs, parameters, outputs, toString: () => show(nodes, outputs) };
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

const show = (nodes: readonly Node[], outputs: readonly Node[]): string => {
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
  return [...lines, `return ${outputs.map((output) => names.get(output)!).join(" ")}`].join("\n");
};

const isPrintable = (value: unknown): boolean =>
  typeof value === "number" ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (Array.isArray(value) && value.length <= 8 && value.every((item) => typeof item === "number"));
