import type { DType, Executable, Graph, HostTensor, TensorArray, TensorType } from "@waveft/autograd";
import { sameShape, showShape } from "@waveft/autograd";
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

/** Makes a session of a graph. Runs follow one another; embedded parameters that changed rebuild the session. */
export const makeExecutable = async (graph: Graph, settings: SessionSettings): Promise<Executable> => {
  let current = await openSession(graph, settings);
  let disposed = false;
  let last: Promise<unknown> = Promise.resolve();

  const launch = async (inputs: readonly HostTensor[]): Promise<HostTensor[]> => {
    if (current.embedded.some((parameter, i) => parameter.version !== current.versions[i])) {
      await current.session.release();
      current = await openSession(graph, settings);
    }
    const { session, parameters, outputs } = current;
    const feeds: Record<string, RuntimeTensor> = {};
    inputs.forEach((input, i) => {
      feeds[current.inputs[i]!] = toRuntime(settings.runtime, input);
    });
    for (const { name, parameter } of parameters) feeds[name] = toRuntime(settings.runtime, parameter);
    const results = await session.run(feeds, outputs);
    return graph.outputs.map((output, i) => fromRuntime(results[outputs[i]!]!, output));
  };

  return {
    run: (inputs) => {
      try {
        if (disposed) throw new OnnxEngineError(`${settings.name}: this executable was disposed; compile the graph again`);
        checkFeeds(settings.name, graph, inputs);
      } catch (error) {
        return Promise.reject(error);
      }
      const run = last.then(() => launch(inputs));
      last = run.catch(() => {});
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

const openSession = async (graph: Graph, { name, runtime, options, embed }: SessionSettings): Promise<Session> => {
  const lowered = lowerGraph(graph, (parameter) => embed && !parameter.requiresGrad);
  const versions = lowered.embedded.map((parameter) => parameter.version);
  try {
    const session = await runtime.InferenceSession.create(encodeModel(lowered.model), options);
    return { ...lowered, session, versions };
  } catch (error) {
    throw new OnnxEngineError(`${name}: ONNX Runtime refused the graph: ${messageOf(error)}`, { cause: error });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const checkFeeds = (name: string, graph: Graph, inputs: readonly HostTensor[]): void => {
  if (inputs.length !== graph.inputs.length)
    throw new OnnxEngineError(`${name}: ${inputs.length} inputs given; the graph takes ${graph.inputs.length}`);
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
