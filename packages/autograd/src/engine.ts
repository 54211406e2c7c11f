import type { Graph } from "./graph";
import type { HostTensor } from "./host-tensor";
import type { Home } from "./node";

/** Bytes that crossed between the memory of the host and that of a device. */
export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Runs graphs on one device. Engines are told apart by name, never by class. */
export interface Engine {
  /** `engine:device`, for example `gpu:webasm`. */
  readonly name: string;
  compile(graph: Graph): Promise<Executable>;
  /**
   * Of an engine that keeps state: it carries out `graph.assignments` itself, tells the parameters by `settle`, and
   * gives their values when asked. For others the host carries assignments out.
   */
  readonly fetch?: Home["fetch"];
  /** Bytes of the parameters that it holds in memory of its own, each once, whatever plans read them. */
  readonly residentBytes?: number;
  /** What all runs together moved; absent where the device works in the host's memory. */
  readonly traffic?: Traffic;
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
  /** What the last run moved; absent where the device works in the host's memory. */
  readonly traffic?: Traffic;
  /** About how many bytes it holds, parameters that the engine shares left out; by the graph where absent. */
  readonly bytes?: number;
  /** A launch whose time is told op by op, the dearest first; absent where the device cannot tell. */
  profile?(inputs: readonly HostTensor[]): Promise<readonly OpTime[]>;
  /** Releases what the plan holds, after its last run. Disposing twice, or running it then, is an error. */
  dispose(): Promise<void>;
}
