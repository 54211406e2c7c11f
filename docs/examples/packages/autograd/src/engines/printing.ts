import type { Engine } from "../engine";
import { gpuEngine } from "./gpu";

/** Runs on gpu:cpu and prints every graph that it compiles. */
export const printingEngine = async (print: (text: string) => void = console.log): Promise<Engine> => {
  const inner = await gpuEngine("cpu");
  return {
    name: "print:cpu",
    compile: (graph) => {
      print(graph.toString());
      return inner.compile(graph);
    },
    dispose: async () => inner.dispose?.(),
  };
};
