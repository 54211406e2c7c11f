import type { Graph } from "@waveft/autograd";
import { lowerGraph } from "./lower";
import { encodeModel } from "./onnx-schema";

/**
 * The bytes of a graph as an `.onnx` model. Its inputs are `input0…` in the order of `graph.inputs`, then
 * `parameter0…` in that of `graph.parameters` (weights are not written into the model); its outputs are
 * `output0…`. bfloat16 values are declared uint16 and hold the bits.
 */
export const toOnnx = (graph: Graph): Uint8Array => encodeModel(lowerGraph(graph).model);
