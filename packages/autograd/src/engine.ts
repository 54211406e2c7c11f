import type { Graph } from "./graph";
import type { HostTensor } from "./host-tensor";
import type { Home } from "./node";

/** Bytes that crossed between the memory of the host and that of a device. */
export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What an engine holds in a memory that is not the host's: parameters, each once, whatever plans read them. */
export interface EngineMemory extends Home {
  /** Bytes of these parameters. */
  readonly residentBytes: number;
  /** All that crossed since the engine was made. */
  readonly traffic: Traffic;
}

/** Runs graphs on one device. Engines are told apart by name, never by class. */
export interface Engine {
  /** `engine:device`, for example `gpu:webasm`. */
  readonly name: string;
  compile(graph: Graph): Promise<Executable>;
  /**
   * Of an engine that keeps state: it carries out `graph.assignments` itself, and tells the parameters by `settle` that
   * this is their home. For others the host carries assignments out.
   */
  readonly memory?: EngineMemory;
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
  /** What crossed in the last run; absent where the device works in the host's memory. */
  readonly traffic?: Traffic;
  /** About how many bytes it holds, parameters that the engine shares left out; by the graph where absent. */
  readonly bytes?: number;
  /** A launch whose time is told op by op, the dearest first; absent where the device cannot tell. */
  profile?(inputs: readonly HostTensor[]): Promise<readonly OpTime[]>;
  /** Releases what the plan holds, after its last run. Disposing twice, or running it then, is an error. */
  dispose(): Promise<void>;
}
