import type {
  DType,
  Executable,
  Graph,
  HostTensor,
  Parameter,
  TensorArray,
  TensorType,
} from "@waveft/autograd";
import { byteLengthOf, sameShape, showShape } from "@waveft/autograd";
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { LoweredGraph } from "./lower";
import { lowerGraph } from "./lower";
import { encodeModel } from "./onnx-schema";
import type { Runtime } from "./runtime";

export interface SessionSettings {
  /** `onnx:cpu` and so on, for messages. */
  readonly name: string;
  readonly runtime: Runtime;
  readonly options: InferenceSession.SessionOptions;
  /** Whether frozen parameters are written into the model instead of being fed. */
  readonly embed: boolean;
}

interface Session extends LoweredGraph {
  readonly session: InferenceSession;
  /** Versions of the embedded parameters when they were written. */
  readonly versions: readonly number[];
}

/**
 * Makes a session of a graph. Runs follow one another. An embedded parameter that changes after all
 * (a seed, an adapted weight) rebuilds the session once and is fed from then on.
 */
export const makeExecutable = async (graph: Graph, settings: SessionSettings): Promise<Executable> => {
  const changing = new Set<Parameter>();
  let current = await openSession(graph, settings, changing);
  let disposed = false;
  let last: Promise<unknown> = Promise.resolve();

  const launch = async (inputs: readonly HostTensor[]): Promise<HostTensor[]> => {
    const changed = current.embedded.filter((parameter, i) => parameter.version !== current.versions[i]);
    if (changed.length > 0) {
      for (const parameter of changed) changing.add(parameter);
      const next = await openSession(graph, settings, changing);
      await current.session.release();
      current = next;
    }
    const { session, parameters, outputs } = current;
    const feeds: Record<string, RuntimeTensor> = {};
    inputs.forEach((input, i) => {
      feeds[current.inputs[i]!] = toRuntime(settings.runtime, input);
    });
    for (const { name, parameter } of parameters) feeds[name] = toRuntime(settings.runtime, parameter);
    try {
      const results = await session.run(feeds, outputs);
      return graph.outputs.map((output, i) => fromRuntime(results[outputs[i]!]!, output));
    } catch (error) {
      throw new OnnxEngineError(`${settings.name}: the run failed: ${messageOf(error)}`, { cause: error });
    }
  };

  return {
    run: async (inputs) => {
      if (disposed)
        throw new OnnxEngineError(`${settings.name}: this executable was disposed; compile the graph again`);
      checkFeeds(settings.name, graph, inputs);
      const run = last.then(() => launch(inputs));
      last = run.catch(() => undefined);
      return run;
    },
    dispose: async () => {
      if (disposed) throw new OnnxEngineError(`${settings.name}: this executable was disposed already`);
      disposed = true;
      await last;
      await current.session.release();
    },
  };
};

/** A protobuf message ends at 2 GiB: what does not fit beside the graph is fed. */
const embeddedBytes = 2 ** 31 - 2 ** 27;
/** Smaller parameters (seeds, scales) are cheap to feed and may change. */
const leastElements = 64;

const openSession = async (
  graph: Graph,
  { name, runtime, options, embed }: SessionSettings,
  changing: ReadonlySet<Parameter>,
): Promise<Session> => {
  let room = embed ? embeddedBytes : 0;
  const lowered = lowerGraph(graph, (parameter) => {
    const bytes = byteLengthOf(parameter);
    if (parameter.requiresGrad || changing.has(parameter) || bytes > room) return false;
    if (parameter.data.length < leastElements) return false;
    room -= bytes;
    return true;
  });
  const versions = lowered.embedded.map((parameter) => parameter.version);
  try {
    const session = await runtime.InferenceSession.create(encodeModel(lowered.model), options);
    return { ...lowered, session, versions };
  } catch (error) {
    throw new OnnxEngineError(`${name}: ONNX Runtime refused the graph: ${messageOf(error)}`, {
      cause: error,
    });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const checkFeeds = (name: string, graph: Graph, inputs: readonly HostTensor[]): void => {
  if (inputs.length !== graph.inputs.length)
    throw new OnnxEngineError(
      `${name}: given ${inputs.length} inputs; the graph takes ${graph.inputs.length}`,
    );
  graph.inputs.forEach(({ shape, dtype }, i) => {
    const given = inputs[i]!;
    if (given.dtype !== dtype || !sameShape(given.shape, shape))
      throw new OnnxEngineError(
        `${name}: input ${i} is ${given.dtype}${showShape(given.shape)}; the graph takes ${dtype}${showShape(shape)}`,
      );
  });
};

/** The element types that ONNX Runtime's JavaScript API knows our dtypes by. */
const runtimeTypes = {
  float32: "float32",
  float16: "float16",
  bfloat16: "uint16",
  int32: "int32",
  bool: "bool",
} as const satisfies Record<DType, string>;

/** No copy: the runtime reads the host's memory. */
const toRuntime = (runtime: Runtime, { data, shape, dtype }: HostTensor): RuntimeTensor =>
  new runtime.Tensor(runtimeTypes[dtype], data as never, shape);

const fromRuntime = (tensor: RuntimeTensor, { shape, dtype }: TensorType): HostTensor => {
  const data = tensor.data as TensorArray;
  // Where the platform has Float16Array, float16 comes back as one: we keep bits.
  const bits = dtype === "float16" && !(data instanceof Uint16Array);
  return { data: bits ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data, shape, dtype };
};
