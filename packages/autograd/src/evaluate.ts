import type { Device } from "./device";
import { chooseDevice } from "./device";
import { AutogradError } from "./errors";
import { bringHome, makeGraph } from "./graph";
import type { HostTensor } from "./host-tensor";
import type { Node } from "./node";

/** Runs a graph once: the values of `tensors`. For work that repeats, `compile`. */
export const evaluate = async (
  tensors: readonly Node[],
  options: { device?: Device } = {},
): Promise<HostTensor[]> => {
  const graph = makeGraph([], tensors);
  if (graph.nodes.some((node) => node.op === "input"))
    throw new AutogradError("evaluate: the tensor belongs to a traced function; return it from there");
  const { engine } = await chooseDevice(options.device, graph);
  await bringHome(graph, engine.memory);
  const executable = await engine.compile(graph);
  try {
    return await executable.run([]);
  } finally {
    await executable.dispose();
  }
};
