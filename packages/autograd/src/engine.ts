import type { Graph } from "./graph";
import type { HostTensor } from "./host-tensor";

/** Runs graphs on one device. Engines are told apart by name, never by class. */
export interface Engine {
  /** `engine:device`, for example `gpu:webasm`. */
  readonly name: string;
  compile(graph: Graph): Promise<Executable>;
  /** Releases the device and all its plans. Disposing twice, or compiling then, is an error. */
  dispose?(): Promise<void>;
}

/** Where the time of a launch went: all calls of one op together. */
export interface OpTime {
  readonly op: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** A graph made ready on a device. */
export interface Executable {
  /**
   * One launch: `inputs` in the order of `graph.inputs`; parameters are read by the executable itself.
   * The outputs are host tensors that nobody else writes to.
   */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  /** A launch whose time is told op by op, the dearest first; absent where the device cannot tell. */
  profile?(inputs: readonly HostTensor[]): Promise<readonly OpTime[]>;
  /** Releases what the plan holds, after its last run. Disposing twice, or running it then, is an error. */
  dispose(): Promise<void>;
}
