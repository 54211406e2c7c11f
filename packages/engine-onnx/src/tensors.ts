import type { DType, Graph, HostTensor, TensorArray, TensorType } from "@waveft/autograd";
import { allocate, sameShape, showShape, sizeOf } from "@waveft/autograd";
import type { Tensor as RuntimeTensor } from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { Runtime } from "./runtime";

/** The element types that ONNX Runtime's JavaScript API knows our dtypes by. */
const runtimeTypes = {
  float32: "float32",
  float16: "float16",
  bfloat16: "uint16",
  int32: "int32",
  bool: "bool",
} as const satisfies Record<DType, string>;

/** No copy: the runtime reads the host's memory. */
export const toRuntime = (runtime: Runtime, { data, shape, dtype }: HostTensor): RuntimeTensor =>
  new runtime.Tensor(runtimeTypes[dtype], data as never, shape);

export const fromRuntime = (tensor: RuntimeTensor, { shape, dtype }: TensorType): HostTensor => {
  const data = tensor.data as TensorArray;
  // Where the platform has Float16Array, float16 comes back as one: we keep bits.
  const bits = dtype === "float16" && !(data instanceof Uint16Array);
  return { data: bits ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data, shape, dtype };
};

/** Feeds are of the types of the graph's inputs. */
export const checkFeeds = (name: string, graph: Graph, feeds: readonly HostTensor[]): void => {
  if (feeds.length !== graph.inputs.length)
    throw new OnnxEngineError(
      `${name}: given ${feeds.length} inputs; the graph takes ${graph.inputs.length}`,
    );
  graph.inputs.forEach(({ shape, dtype }, i) => {
    const given = feeds[i]!;
    const fits =
      given.dtype === dtype &&
      sameShape(given.shape, shape) &&
      given.data instanceof (allocate(dtype, 0).constructor as new () => TensorArray) &&
      given.data.length === sizeOf(shape);
    if (!fits)
      throw new OnnxEngineError(
        `${name}: input ${i} is ${given.dtype}${showShape(given.shape)} in ${given.data.constructor.name}(${given.data.length}); the graph takes ${dtype}${showShape(shape)}`,
      );
  });
};
