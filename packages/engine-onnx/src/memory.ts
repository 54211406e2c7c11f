import type { DType, StoredParameter, TensorType } from "@waveft/autograd";
import { byteLengthOf, makeGraph, Residents, sizeOf, Tensor } from "@waveft/autograd";
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { lowerGraph } from "./lower";
import type { ModelProto, ValueInfoProto } from "./onnx-schema";
import { encodeModel } from "./onnx-schema";
import type { Runtime } from "./runtime";
import { inTurn } from "./runtime";
import { fromRuntime, toRuntime } from "./tensors";

/** The memory of a GPU, where ONNX Runtime's sessions share tensors. */
export interface GpuMemory extends Residents<RuntimeTensor> {
  /** Whether a parameter can be there. */
  holds(parameter: TensorType): boolean;
  /** Copies the host's values there, within the turn of a run. */
  send(parameter: StoredParameter): Promise<void>;
  /** Before the session goes that made a parameter's tensor: with it, the tensor would not be there to be freed. */
  adopt(parameter: StoredParameter): Promise<void>;
  close(): Promise<void>;
}

/** A model that gives what it is given, of any length. */
const copyModel = (dtype: DType): ModelProto => {
  const from = new Tensor("input", [], {}, [1], dtype);
  const options = { inputName: () => "from", outputName: () => "to" };
  const { model } = lowerGraph(makeGraph([from], [from]), options);
  const anyLength = ({ name, type: { tensorType } }: ValueInfoProto): ValueInfoProto => ({
    name,
    type: { tensorType: { ...tensorType, shape: { dim: [{}] } } },
  });
  const { input, output, ...rest } = model.graph;
  return { ...model, graph: { ...rest, input: input.map(anyLength), output: output.map(anyLength) } };
};

/**
 * ONNX Runtime's API copies tensors to and from a GPU in runs only (its own download ends the process in Node): a
 * session that copies, of each type and direction.
 */
const makeCopiers = (runtime: Runtime, options: InferenceSession.SessionOptions) => {
  const sessions = new Map<string, Promise<InferenceSession>>();
  const sessionFor = (dtype: DType, preferredOutputLocation: "cpu" | "gpu-buffer") => {
    const key = `${dtype} ${preferredOutputLocation}`;
    const found = sessions.get(key);
    if (found !== undefined) return found;
    const bytes = encodeModel(copyModel(dtype));
    const made = runtime.InferenceSession.create(bytes, { ...options, preferredOutputLocation });
    sessions.set(key, made);
    made.catch(() => sessions.delete(key));
    return made;
  };
  return {
    copy: async (from: RuntimeTensor, dtype: DType, to: "cpu" | "gpu-buffer"): Promise<RuntimeTensor> => {
      const session = await sessionFor(dtype, to);
      return (await session.run({ from })).to!;
    },
    close: async () => {
      await Promise.all([...sessions.values()].map(async (session) => (await session).release()));
    },
  };
};

/** A tensor on the GPU under another shape of as many elements. */
const shaped = (runtime: Runtime, tensor: RuntimeTensor, { shape, dtype }: TensorType): RuntimeTensor =>
  runtime.Tensor.fromGpuBuffer(tensor.gpuBuffer, {
    dataType: dtype as "float32",
    dims: shape,
    dispose: () => tensor.dispose(),
  });

/** @param lacking types that the GPU has not, or ONNX Runtime's JavaScript API has no GPU tensors of */
export const gpuMemory = (
  name: string,
  runtime: Runtime,
  options: InferenceSession.SessionOptions,
  lacking: readonly DType[],
): GpuMemory => {
  const copiers = makeCopiers(runtime, options);
  const residents = new Residents<RuntimeTensor>({
    name,
    bytesOf: byteLengthOf,
    free: (tensor) => tensor.dispose(),
    read: (tensor, parameter) =>
      inTurn(runtime, async () => {
        const { dtype, shape } = parameter;
        const flat = shaped(runtime, tensor, { dtype, shape: [sizeOf(shape)] });
        return fromRuntime(await copiers.copy(flat, dtype, "cpu"), parameter).data;
      }),
  });
  return Object.assign(residents, {
    holds: ({ dtype, shape }: TensorType) => !lacking.includes(dtype) && sizeOf(shape) > 0,
    send: async (parameter: StoredParameter) => {
      const { dtype, shape, version } = parameter;
      const flat = toRuntime(runtime, { dtype, shape: [sizeOf(shape)], data: parameter.read() });
      residents.put(parameter, shaped(runtime, await copiers.copy(flat, dtype, "gpu-buffer"), parameter));
      residents.sent(parameter, version);
    },
    adopt: async (parameter: StoredParameter) => {
      if (parameter.home !== residents) return residents.clear(parameter);
      const { dtype, shape } = parameter;
      const flat = shaped(runtime, residents.placeOf(parameter)!, { dtype, shape: [sizeOf(shape)] });
      residents.put(parameter, shaped(runtime, await copiers.copy(flat, dtype, "gpu-buffer"), parameter));
    },
    close: () => copiers.close(),
  });
};
