import type { Graph, HostTensor, Node, StoredParameter, TensorType } from "@waveft/autograd";
import { byteLengthOf, refreshParameters, showShape, sizeOf } from "@waveft/autograd";
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { LoweredGraph } from "./lower";
import { lowerGraph } from "./lower";
import { failedNode, sentenceOf } from "./messages";
import { encodeModel } from "./onnx-schema";
import type { Runtime } from "./runtime";
import { fromRuntime, toRuntime } from "./tensors";

export interface SessionSettings {
  /** `onnx:cpu` and so on, for messages. */
  readonly name: string;
  readonly runtime: Runtime;
  readonly options: InferenceSession.SessionOptions;
  /** Bytes of frozen parameters that are written into the model instead of being fed. */
  readonly embed: number;
  /** Whether `profile` can tell the time of an op. */
  readonly timed: boolean;
  /** Nodes to keep off the provider. */
  readonly wrong: (opType: string, origin: Node) => boolean;
}

/** A graph in ONNX Runtime. */
export interface Session {
  /** Whether an embedded parameter has changed since: the session is of no use then. */
  changedParameters(): readonly StoredParameter[];
  /** Reads the parameters that are fed, runs, and gives memory that nobody else writes to. */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  /** Ends the profiling that the session options asked for: its file is written. */
  endProfiling(): void;
  release(): Promise<void>;
}

/** Errors are thrown; nothing is printed beside. */
export const quiet = { logSeverityLevel: 4 } as const;

/** Smaller parameters (seeds, scales) are cheap to feed and may change. */
const leastElements = 64;

/** Makes a session of a graph; frozen parameters are embedded as far as there is room, but for those in `changing`. */
export const openSession = async (
  graph: Graph,
  settings: SessionSettings,
  changing: ReadonlySet<StoredParameter>,
): Promise<Session> => {
  const { name, runtime } = settings;
  let room = settings.embed;
  const lowered = lowerGraph(graph, {
    embed: (parameter) => {
      const bytes = byteLengthOf(parameter);
      if (parameter.requiresGrad || changing.has(parameter) || bytes > room) return false;
      if (sizeOf(parameter.shape) < leastElements) return false;
      room -= bytes;
      return true;
    },
  });
  const { inputs, parameters, embedded, outputs, origins } = lowered;
  const versions = embedded.map((parameter) => parameter.version);
  const session = await create(lowered, settings);
  return {
    changedParameters: () => embedded.filter((parameter, i) => parameter.version !== versions[i]),
    run: async (given) => {
      const feeds: Record<string, RuntimeTensor> = {};
      given.forEach((input, i) => {
        feeds[inputs[i]!] = toRuntime(runtime, input);
      });
      refreshParameters(graph);
      for (const { name: feed, parameter } of parameters) {
        const { shape, dtype } = parameter;
        feeds[feed] = toRuntime(runtime, { shape, dtype, data: parameter.read() });
      }
      try {
        const results = await session.run(feeds, outputs, quiet);
        return graph.outputs.map((output, i) => fromRuntime(results[outputs[i]!]!, output));
      } catch (error) {
        const origin = origins.get(failedNode(error) ?? "");
        const who =
          origin === undefined ? "the run" : `${origin.op} of ${origin.inputs.map(typeOf).join(", ")}`;
        throw new OnnxEngineError(`${name}: ${who} failed: ${sentenceOf(error)}`, { cause: error });
      }
    },
    endProfiling: () => session.endProfiling(),
    release: () => session.release(),
  };
};

const typeOf = ({ dtype, shape }: TensorType): string => `${dtype}${showShape(shape)}`;

/** The first provider, told which nodes to leave to the CPU. */
const offProvider = (
  options: InferenceSession.SessionOptions,
  forceCpuNodeNames: readonly string[],
): InferenceSession.SessionOptions => {
  const [first, ...others] = options.executionProviders ?? [];
  if (first === undefined) return options;
  const told = { ...(typeof first === "string" ? { name: first } : first), forceCpuNodeNames };
  return { ...options, executionProviders: [told, ...others] };
};

const create = async (
  { model, origins }: LoweredGraph,
  { name, runtime, options, wrong }: SessionSettings,
): Promise<InferenceSession> => {
  const forced = model.graph.node.flatMap((node) => {
    const origin = origins.get(node.name);
    return origin !== undefined && wrong(node.opType, origin) ? [node.name] : [];
  });
  const bytes = encodeModel(model);
  try {
    return await runtime.InferenceSession.create(
      bytes,
      forced.length === 0 ? options : offProvider(options, forced),
    );
  } catch (error) {
    throw new OnnxEngineError(`${name}: ONNX Runtime refused the graph: ${sentenceOf(error)}`, {
      cause: error,
    });
  }
};
