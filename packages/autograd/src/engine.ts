import type { Graph } from "./graph";
import type { HostTensor } from "./tensor";

/** Runs graphs on one device. Engines are told apart by name, never by class. */
export interface Engine {
  /** `engine:device`, for example `gpu:webasm`. */
  readonly name: string;
  compile(graph: Graph): Promise<Executable>;
  dispose?(): Promise<void>;
}

/** A graph made ready on a device. */
export interface Executable {
  /**
   * One launch: `inputs` in the order of `graph.inputs`; parameters are read by the executable itself.
   * The outputs are host tensors that nobody else writes to.
   */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  dispose(): Promise<void>;
}
