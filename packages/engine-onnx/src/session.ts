import type { Graph, HostTensor, Node, StoredParameter, TensorType, Traffic } from "@waveft/autograd";
import { byteLengthOf, refreshParameters, showShape, sizeOf } from "@waveft/autograd";
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { LoweredGraph } from "./lower";
import { lowerGraph } from "./lower";
import type { GpuMemory } from "./memory";
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
  /** The same for all sessions together: how many, and how many there are. */
  readonly embedTogether: { readonly most: number; now: number };
  /** Whether `profile` can tell the time of an op. */
  readonly timed: boolean;
  /** Where parameters are for all sessions; null where each is fed or embedded. */
  readonly memory: GpuMemory | null;
  /** Whether frozen parameters are embedded though the memory could hold them. */
  readonly embedFirst: boolean;
  /** Nodes to keep off the provider. */
  readonly wrong: (opType: string, origin: Node) => boolean;
}

/** A graph in ONNX Runtime. */
export interface Session {
  /** Whether an embedded parameter has changed since: the session is of no use then. */
  changedParameters(): readonly StoredParameter[];
  /** Reads the parameters, runs, assigns, and gives memory that nobody else writes to. */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  /** What the last run moved. */
  readonly traffic: Traffic;
  /** Of parameters that the model holds itself. */
  readonly embeddedBytes: number;
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
  const { name, runtime, memory, embedFirst } = settings;
  const assignedTo = graph.assignments.map(({ parameter }) => parameter);
  const together = settings.embedTogether;
  let room = Math.min(settings.embed, together.most - together.now);
  const lowered = lowerGraph(graph, {
    embed: (parameter) => {
      const bytes = byteLengthOf(parameter);
      if (parameter.requiresGrad || changing.has(parameter) || bytes > room) return false;
      if (sizeOf(parameter.shape) < leastElements || parameter.isAssigned) return false;
      if (memory?.holds(parameter) && !embedFirst) return false;
      room -= bytes;
      return true;
    },
  });
  const { inputs, parameters, embedded, outputs, assigned, origins } = lowered;
  const versions = embedded.map((parameter) => parameter.version);
  // What is assigned stays on the GPU, if it can.
  const places = [
    ...outputs.map((output) => [output, "cpu"] as const),
    ...assigned.map((one, i) => [one, memory!.holds(assignedTo[i]!) ? "gpu-buffer" : "cpu"] as const),
  ];
  const session = await create(lowered, settings, Object.fromEntries(places));
  const embeddedBytes = embedded.reduce((sum, parameter) => sum + byteLengthOf(parameter), 0);
  together.now += embeddedBytes;
  /** Tensors of this session's memory that are parameters' now. */
  const given = new Map<StoredParameter, RuntimeTensor>();
  const kept = new Set([...parameters.map(({ parameter }) => parameter), ...assignedTo]);
  const taken = [...kept].filter((parameter) => memory?.holds(parameter));
  for (const parameter of taken) memory!.take(parameter);
  let traffic: Traffic = { bytesIn: 0, bytesOut: 0 };

  /** Of small parameters, the versions of the last run. */
  const seen = new Map<StoredParameter, number>();
  /** Frozen weights are sent once, for all sessions; what the host changes at every step, as it does seeds, is fed. */
  const isResident = (parameter: StoredParameter): boolean => {
    if (memory?.holds(parameter) !== true) return false;
    if (parameter.home === memory) return true;
    if (parameter.requiresGrad) return false;
    if (sizeOf(parameter.shape) >= leastElements) return true;
    const { version } = parameter;
    const stays = seen.get(parameter) === version;
    seen.set(parameter, version);
    return stays;
  };

  const feed = async (values: readonly HostTensor[]): Promise<Readonly<Record<string, RuntimeTensor>>> => {
    const feeds: Record<string, RuntimeTensor> = {};
    let bytesIn = 0;
    values.forEach((input, i) => {
      feeds[inputs[i]!] = toRuntime(runtime, input);
      bytesIn += byteLengthOf(input);
    });
    refreshParameters(graph);
    const resident: (typeof parameters)[number][] = [];
    for (const entry of parameters) {
      const { shape, dtype } = entry.parameter;
      if (isResident(entry.parameter)) resident.push(entry);
      else {
        feeds[entry.name] = toRuntime(runtime, { shape, dtype, data: entry.parameter.read() });
        bytesIn += byteLengthOf(entry.parameter);
      }
    }
    memory?.sweep();
    for (const { name: place, parameter } of resident) {
      if (memory!.isStale(parameter)) {
        await memory!.send(parameter);
        bytesIn += byteLengthOf(parameter);
      }
      feeds[place] = memory!.placeOf(parameter)!;
    }
    traffic = { bytesIn, bytesOut: graph.outputs.reduce((sum, output) => sum + byteLengthOf(output), 0) };
    return feeds;
  };

  return {
    changedParameters: () => embedded.filter((parameter, i) => parameter.version !== versions[i]),
    run: async (values) => {
      const feeds = await feed(values);
      try {
        const results = await session.run(feeds, [...outputs, ...assigned], quiet);
        assignedTo.forEach((parameter, i) => {
          const value = results[assigned[i]!]!;
          if (memory!.holds(parameter)) {
            memory!.put(parameter, value);
            memory!.settle(parameter);
            given.set(parameter, value);
          } else parameter.data = fromRuntime(value, parameter).data;
        });
        memory?.count(traffic);
        return graph.outputs.map((output, i) => fromRuntime(results[outputs[i]!]!, output));
      } catch (error) {
        const origin = origins.get(failedNode(error) ?? "");
        const who =
          origin === undefined ? "the run" : `${origin.op} of ${origin.inputs.map(typeOf).join(", ")}`;
        throw new OnnxEngineError(`${name}: ${who} failed: ${sentenceOf(error)}`, { cause: error });
      }
    },
    get traffic() {
      return traffic;
    },
    embeddedBytes,
    endProfiling: () => session.endProfiling(),
    release: async () => {
      together.now -= embeddedBytes;
      for (const [parameter, tensor] of given)
        if (memory!.placeOf(parameter) === tensor) await memory!.adopt(parameter);
      for (const parameter of taken.splice(0)) memory!.release(parameter);
      await session.release();
    },
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
  { model, origins, assigned }: LoweredGraph,
  { name, runtime, options, wrong }: SessionSettings,
  preferredOutputLocation: Readonly<Record<string, "cpu" | "gpu-buffer">>,
): Promise<InferenceSession> => {
  const forced = model.graph.node.flatMap((node) => {
    const origin = origins.get(node.name);
    return origin !== undefined && wrong(node.opType, origin) ? [node.name] : [];
  });
  const bytes = encodeModel(model);
  const located = forced.length === 0 ? options : offProvider(options, forced);
  try {
    return await runtime.InferenceSession.create(bytes, {
      ...located,
      ...(assigned.length > 0 && { preferredOutputLocation }),
    });
  } catch (error) {
    throw new OnnxEngineError(`${name}: ONNX Runtime refused the graph: ${sentenceOf(error)}`, {
      cause: error,
    });
  }
};
