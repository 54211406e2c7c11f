import type {
  DType,
  Graph,
  HostTensor,
  Node,
  OnnxAttribute,
  OnnxBuilder,
  Shape,
  StoredParameter,
  TensorArray,
  TensorType,
} from "@waveft/autograd";
import { allocate, parameterOf, showShape } from "@waveft/autograd";
import { OnnxEngineError } from "./errors";
import type { AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from "./onnx-schema";
import { attributeTypes, tensorTypes } from "./onnx-schema";

/** ONNX 1.16; every runtime since ONNX Runtime 1.18 reads it. */
const usualVersions = { opset: 21, ir: 10 };
/** Operators that came later: ONNX 1.18, and ONNX 1.21 (BitCast turns the uint16 that bfloat16 is fed as into it). */
const laterVersions: Readonly<Record<string, typeof usualVersions>> = {
  RMSNormalization: { opset: 23, ir: 11 },
  BitCast: { opset: 26, ir: 13 },
};

/** A graph as an ONNX model, with the names its values are fed and fetched by. */
export interface LoweredGraph {
  readonly model: ModelProto;
  /** In the order of `graph.inputs`. */
  readonly inputs: readonly string[];
  /** Parameters that are fed, in the order of `graph.parameters`. */
  readonly parameters: readonly { readonly name: string; readonly parameter: StoredParameter }[];
  /** Parameters held by the model itself. */
  readonly embedded: readonly StoredParameter[];
  /** In the order of `graph.outputs`. */
  readonly outputs: readonly string[];
  /** The new values of parameters, in the order of `graph.assignments`. */
  readonly assigned: readonly string[];
  /** What the nodes of the model, by name, are parts of. */
  readonly origins: ReadonlyMap<string, Node>;
}

export interface LowerOptions {
  /** Parameters to write into the model; the others are its inputs (default: all). */
  readonly embed?: (parameter: StoredParameter) => boolean;
  readonly inputName?: (index: number) => string;
  /** By the place in `graph.parameters`. */
  readonly parameterName?: (index: number) => string;
  readonly outputName?: (index: number) => string;
}

/**
 * Writes a graph as ONNX: every op by its own lowering, numbers as initializers, inputs and parameters as
 * model inputs, but for the parameters that `embed` chooses, which become initializers.
 */
export const lowerGraph = (graph: Graph, options: LowerOptions = {}): LoweredGraph => {
  const {
    embed = () => false,
    inputName = (i) => `input${i}`,
    parameterName = (i) => `parameter${i}`,
    outputName = (i) => `output${i}`,
  } = options;
  const outputs = graph.outputs.map((_, i) => outputName(i));
  const assigned = graph.assignments.map((_, i) => `assigned${i}`);
  const writer = new GraphWriter([...outputs, ...assigned]);
  const inputs = graph.inputs.map((leaf, i) => writer.input(leaf, inputName(i)));
  const parameters: { name: string; parameter: StoredParameter }[] = [];
  const embedded: StoredParameter[] = [];
  graph.parameters.forEach((leaf, i) => {
    const parameter = parameterOf(leaf);
    if (embed(parameter)) {
      embedded.push(parameter);
      writer.initializer(leaf, { shape: leaf.shape, dtype: leaf.dtype, data: parameter.read() });
    } else parameters.push({ name: writer.input(leaf, parameterName(i)), parameter });
  });
  for (const node of graph.nodes) writer.add(node);
  graph.outputs.forEach((output, i) => {
    writer.output(output, outputs[i]!);
  });
  graph.assignments.forEach(({ value }, i) => {
    writer.output(value, assigned[i]!);
  });
  return {
    model: writer.model(),
    inputs,
    parameters,
    embedded,
    outputs,
    assigned,
    origins: writer.origins,
  };
};

/** The type a tensor has in the model: ONNX Runtime's JavaScript API has no bfloat16, so its bits travel as uint16. */
const elementType = (dtype: DType | "int64"): number => tensorTypes[dtype === "bfloat16" ? "uint16" : dtype];

const valueInfo = (name: string, { shape, dtype }: TensorType): ValueInfoProto => ({
  name,
  type: {
    tensorType: { elemType: elementType(dtype), shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
  },
});

class GraphWriter {
  readonly #names = new Map<Node, string>();
  readonly #nodes: NodeProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers: TensorProto[] = [];
  /** Small constants by their content, so that equal ones are written once. */
  readonly #constants = new Map<string, string>();
  /** Values made by nodes, until one becomes an output of the model. */
  readonly #renamed = new Map<string, string>();
  readonly #made = new Set<string>();
  /** Names that the caller chose. */
  readonly #reserved: Set<string>;
  readonly origins = new Map<string, Node>();

  constructor(outputs: readonly string[]) {
    this.#reserved = new Set(outputs);
  }

  input(leaf: Node, name: string): string {
    this.#reserved.add(name);
    if (!this.#names.has(leaf)) this.#names.set(leaf, name);
    this.#inputs.push(valueInfo(name, leaf));
    return name;
  }

  initializer(leaf: Node, { data, dtype, shape }: HostTensor): void {
    this.#names.set(leaf, this.#store(data, dtype, shape));
  }

  add(node: Node): void {
    if (this.#names.has(node)) return;
    if (node.op === "constant") {
      this.initializer(node, node.attributes.value as HostTensor);
      return;
    }
    // Nothing is computed of nothing: some providers refuse to.
    if (node.definition !== null && node.shape.includes(0)) {
      this.initializer(node, { data: allocate(node.dtype, 0), shape: node.shape, dtype: node.dtype });
      return;
    }
    if (node.definition === null)
      throw new OnnxEngineError(
        `onnx: the graph needs ${node.op} ${node.dtype}${showShape(node.shape)}, which is not among its inputs; pass it to makeGraph`,
      );
    const builder: OnnxBuilder = {
      inputs: node.inputs.map((input) => this.#names.get(input)!),
      inputTypes: node.inputs,
      output: node,
      node: (opType, inputs, attributes, domain) => this.#node(node, opType, inputs, attributes, domain),
      constant: (values, dtype, shape = [values.length]) => this.#store(encode(values, dtype), dtype, shape),
    };
    this.#names.set(node, node.definition.onnx(builder, node.attributes));
  }

  /** Each output is a value of its own: what is fed, constant, or an output already, is copied. */
  output(tensor: Node, name: string): void {
    const value = this.#names.get(tensor)!;
    if (this.#made.has(value) && !this.#renamed.has(value)) this.#renamed.set(value, name);
    else this.#push("Identity", { name: `copy_${name}`, input: [value], output: [name], attribute: [] });
    this.#outputs.push(valueInfo(name, tensor));
  }

  model(): ModelProto {
    const rename = (name: string): string => this.#renamed.get(name) ?? name;
    const all = this.#nodes.map((n) => ({ ...n, input: n.input.map(rename), output: n.output.map(rename) }));
    // What only values without elements needed is left out.
    const used = new Set(this.#outputs.map(({ name }) => name));
    const node = all
      .toReversed()
      .filter(({ input, output }) => {
        if (!output.some((name) => used.has(name))) return false;
        for (const name of input) used.add(name);
        return true;
      })
      .reverse();
    const versions = node
      .map(({ opType }) => laterVersions[opType] ?? usualVersions)
      .reduce((a, b) => (b.opset > a.opset ? b : a), usualVersions);
    return {
      irVersion: versions.ir,
      producerName: "waveft",
      opsetImport: [
        { domain: "", version: versions.opset },
        ...[...new Set(node.flatMap(({ domain }) => domain ?? []))].map((domain) => ({ domain, version: 1 })),
      ],
      graph: {
        name: "graph",
        node,
        initializer: this.#initializers.filter(({ name }) => used.has(name)),
        input: this.#inputs,
        output: this.#outputs,
      },
    };
  }

  #push(opType: string, node: Omit<NodeProto, "opType">): void {
    this.#nodes.push({ opType, ...node });
  }

  #free(name: string): string {
    return this.#reserved.has(name) ? this.#free(`${name}_`) : name;
  }

  #node(
    tensor: Node,
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain?: string,
  ): string {
    const name = this.#free(`${tensor.op}_${this.#nodes.length}`);
    this.origins.set(name, tensor);
    this.#push(opType, {
      name,
      input: inputs,
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
      ...(domain === undefined ? {} : { domain }),
    });
    this.#made.add(name);
    return name;
  }

  #store(data: TensorArray | BigInt64Array, dtype: DType | "int64", shape: Shape): string {
    const key = data.length <= 64 ? `${dtype}${showShape(shape)}${signature(data)}` : null;
    const found = key === null ? undefined : this.#constants.get(key);
    if (found !== undefined) return found;
    const name = this.#free(`constant_${this.#initializers.length}`);
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, dims: shape, dataType: elementType(dtype), rawData });
    if (key !== null) this.#constants.set(key, name);
    return name;
  }
}

/** The content, −0 and NaN told apart from 0. */
const signature = (data: TensorArray | BigInt64Array): string =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join();

/** Numbers as stored; of float16 and bfloat16 their bits, as everywhere on the host. */
const encode = (values: readonly number[], dtype: DType | "int64"): TensorArray | BigInt64Array => {
  if (dtype === "int64") return BigInt64Array.from(values, BigInt);
  if (dtype === "int32") return Int32Array.from(values);
  if (dtype === "bool") return Uint8Array.from(values);
  return dtype === "float32" ? Float32Array.from(values) : Uint16Array.from(values);
};

const isList = (value: OnnxAttribute): value is readonly number[] => Array.isArray(value);

const attributeProto = (name: string, value: OnnxAttribute): AttributeProto => {
  if (typeof value === "number") return { name, type: attributeTypes.int, i: value };
  if (typeof value === "string")
    return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) };
  if (isList(value)) return { name, type: attributeTypes.ints, ints: value };
  if ("float" in value) return { name, type: attributeTypes.float, f: value.float };
  return { name, type: attributeTypes.floats, floats: value.floats };
};
