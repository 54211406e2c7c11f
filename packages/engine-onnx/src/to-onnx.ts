import type { Graph } from "@waveft/autograd";
import { byteLengthOf } from "@waveft/autograd";
import { OnnxEngineError } from "./errors";
import type { LowerOptions } from "./lower";
import { lowerGraph } from "./lower";
import { encodeModel } from "./onnx-schema";

export interface ToOnnxOptions {
  /** Write the parameters' present values into the model, so that the file is complete (default: they are inputs). */
  embedParameters?: boolean;
  /** Names of the inputs, in the order of `graph.inputs` (default `input0…`). */
  inputNames?: readonly string[];
  /** Names of the parameters that are inputs, in the order of `graph.parameters` (default `parameter0…`). */
  parameterNames?: readonly string[];
  /** Names of the outputs, in the order of `graph.outputs` (default `output0…`). */
  outputNames?: readonly string[];
}

/**
 * The bytes of a graph as an `.onnx` model. Its inputs are the graph's, then its parameters, unless they are
 * embedded. bfloat16 values are declared uint16 and hold the bits. Throws an `OnnxEngineError` when the names do
 * not fit the graph, or the model passes the 2 GiB that an `.onnx` file can hold.
 */
export const toOnnx = (graph: Graph, options: ToOnnxOptions = {}): Uint8Array => {
  const { embedParameters = false, inputNames, parameterNames, outputNames } = options;
  checkNames("inputNames", inputNames, graph.inputs.length);
  checkNames("parameterNames", parameterNames, graph.parameters.length);
  checkNames("outputNames", outputNames, graph.outputs.length);
  const names: LowerOptions = {
    ...(inputNames === undefined ? {} : { inputName: (i: number) => inputNames[i]! }),
    ...(parameterNames === undefined ? {} : { parameterName: (i: number) => parameterNames[i]! }),
    ...(outputNames === undefined ? {} : { outputName: (i: number) => outputNames[i]! }),
  };
  if (embedParameters) checkSize(graph);
  const { model, inputs, parameters, outputs } = lowerGraph(graph, {
    ...names,
    embed: () => embedParameters,
  });
  const all = [...inputs, ...parameters.map(({ name }) => name), ...outputs];
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice !== undefined)
    throw new OnnxEngineError(
      `toOnnx: the name "${twice}" is given twice; all inputs and outputs have names of their own`,
    );
  return encodeModel(model);
};

const checkNames = (option: string, names: readonly string[] | undefined, count: number): void => {
  if (names === undefined) return;
  if (names.length !== count)
    throw new OnnxEngineError(`toOnnx: ${option} has ${names.length} names; the graph needs ${count}`);
  if (names.includes("")) throw new OnnxEngineError(`toOnnx: ${option} has an empty name; ONNX has none`);
};

const checkSize = ({ parameters }: Graph): void => {
  const bytes = parameters.reduce((total, leaf) => total + byteLengthOf(leaf), 0);
  if (bytes >= 2 ** 31)
    throw new OnnxEngineError(
      `toOnnx: the parameters take ${(bytes / 2 ** 30).toFixed(1)} GiB, and an .onnx file holds less than 2; leave embedParameters off and feed them, or store them in half precision`,
    );
};
