import {
  add,
  cast,
  constant,
  hostTensor,
  layerNorm,
  makeGraph,
  matmul,
  mul,
  Parameter,
  slice,
  Tensor,
} from "@waveft/autograd";
import { onnx } from "onnx-proto";
import { describe, expect, test } from "vitest";
import { toOnnx } from "../src";
import { lowerGraph } from "../src/lower";
import type { ModelProto } from "../src/onnx-schema";
import { attributeTypes, encodeModel, tensorTypes } from "../src/onnx-schema";
import { loadRuntime } from "../src/runtime";

const input = (shape: number[], dtype: "float32" | "bfloat16" = "float32", index = 0) =>
  new Tensor("input", [], { index }, shape, dtype);
const vector = (...data: number[]) => hostTensor(data, [data.length]);
const { InferenceSession, Tensor: RuntimeTensor } = await loadRuntime("node");
const floats = (...data: number[]) => new RuntimeTensor("float32", Float32Array.from(data), [data.length]);

/** The model in plain objects, as the package generated from ONNX's own schema reads it. */
const decode = (bytes: Uint8Array, arrays = true): ModelProto => {
  const message = onnx.ModelProto.decode(Buffer.from(bytes));
  expect(onnx.ModelProto.verify(message)).toBeNull();
  return onnx.ModelProto.toObject(message, { longs: Number, arrays }) as ModelProto;
};

describe("the bytes", () => {
  const weight = new Parameter(vector(1, 2, 3));
  const x = input([2, 3]);
  const y = slice(layerNorm(x, weight, weight, 0.25), [0, 1], [2, 3]);
  const graph = makeGraph([x], [add(y, constant([-0, Number.NaN], [2]))]);

  test("are read by ONNX's own schema as what was meant", () => {
    const { model } = lowerGraph(graph, { embed: () => true });
    const bytes = toOnnx(graph, { embedParameters: true });
    const meant = JSON.parse(JSON.stringify(model, plain), revive) as object;
    expect(decode(bytes)).toMatchObject(meant);
  });

  // Every field that we write, set: a wrong number or type would land in another field or be dropped.
  test("hold every field in its place", () => {
    const tensor = {
      name: "t",
      dims: [1, 2],
      dataType: tensorTypes.uint16,
      rawData: Uint8Array.of(1, 0, 2, 0),
    };
    const attributes = [
      { name: "f", type: attributeTypes.float, f: 0.5 },
      { name: "i", type: attributeTypes.int, i: -3 },
      { name: "s", type: attributeTypes.string, s: Uint8Array.of(65) },
      { name: "floats", type: attributeTypes.floats, floats: [1.5, -2] },
      { name: "ints", type: attributeTypes.ints, ints: [0, -1, 2 ** 40] },
    ];
    const info = (name: string) => ({
      name,
      type: {
        tensorType: { elemType: tensorTypes.bool, shape: { dim: [{ dimValue: 0 }, { dimValue: 7 }] } },
      },
    });
    const node = {
      name: "n",
      opType: "Op",
      domain: "d",
      input: ["a", ""],
      output: ["b"],
      attribute: attributes,
    };
    const model = {
      irVersion: 10,
      producerName: "p",
      opsetImport: [{ domain: "", version: 21 }],
      graph: { name: "g", node: [node], initializer: [tensor], input: [info("a")], output: [info("b")] },
    };
    const bytes = encodeModel(model);
    expect(decode(bytes, false)).toEqual({
      ...model,
      graph: {
        ...model.graph,
        node: [
          { ...node, attribute: attributes.map((a) => ("s" in a ? { ...a, s: Buffer.from([65]) } : a)) },
        ],
        initializer: [{ ...tensor, rawData: Buffer.from(tensor.rawData) }],
      },
    });
  });

  test("name types by ONNX's numbers", () => {
    const { FLOAT, UINT16, INT32, INT64, BOOL, FLOAT16, BFLOAT16 } = onnx.TensorProto.DataType;
    expect(tensorTypes).toEqual({
      float32: FLOAT,
      uint16: UINT16,
      int32: INT32,
      int64: INT64,
      bool: BOOL,
      float16: FLOAT16,
      bfloat16: BFLOAT16,
    });
    const kinds = onnx.AttributeProto.AttributeType;
    expect(attributeTypes).toEqual({
      float: kinds.FLOAT,
      int: kinds.INT,
      string: kinds.STRING,
      floats: kinds.FLOATS,
      ints: kinds.INTS,
    });
  });
});

/** Byte arrays are compared as lists of numbers. */
const plain = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { bytes: [...value] } : value;
const revive = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "bytes" in value
    ? Buffer.from((value as { bytes: number[] }).bytes)
    : value;

describe("toOnnx", () => {
  const weight = new Parameter(vector(1, 2));
  const x = input([2]);
  const graph = makeGraph([x], [add(mul(add(x, 0.5), weight), 0.5)]);

  test("writes a model that ONNX Runtime loads, weights as inputs, equal numbers once", async () => {
    const bytes = toOnnx(graph);
    const { graph: written, opsetImport } = decode(bytes);
    expect(written.input.map(({ name }) => name)).toEqual(["input0", "parameter0"]);
    expect(written.initializer).toHaveLength(1);
    expect(written.node.map(({ opType }) => opType)).toEqual(["Add", "Mul", "Add"]);
    expect(opsetImport).toEqual([{ domain: "", version: 21 }]);
    const session = await InferenceSession.create(bytes);
    const { output0 } = await session.run({ input0: floats(1, 2), parameter0: floats(3, 4) });
    expect(output0!.data).toEqual(Float32Array.of(5, 10.5));
    await session.release();
  });

  test("imports the operator sets that nodes are of, and no others", () => {
    const batches = new Tensor("input", [], { index: 0 }, [2, 3, 4], "float32");
    const product = matmul(batches, batches, { transposeB: true });
    expect(decode(toOnnx(makeGraph([batches], [product]))).opsetImport).toEqual([
      { domain: "", version: 21 },
      { domain: "com.microsoft", version: 1 },
    ]);
  });

  test("embeds the parameters' present values, and calls inputs and outputs as asked", async () => {
    weight.data = Float32Array.of(10, 20);
    // Names that nodes and constants would have otherwise.
    const bytes = toOnnx(graph, {
      embedParameters: true,
      inputNames: ["add_0"],
      outputNames: ["constant_0"],
    });
    const session = await InferenceSession.create(bytes);
    expect([session.inputNames, session.outputNames]).toEqual([["add_0"], ["constant_0"]]);
    const results = await session.run({ add_0: floats(1, 2) });
    expect(results.constant_0!.data).toEqual(Float32Array.of(15.5, 50.5));
    await session.release();
    const named = toOnnx(graph, { parameterNames: ["model.weight"] });
    expect(decode(named).graph.input.map(({ name }) => name)).toEqual(["input0", "model.weight"]);
  });

  test("refuses names that do not fit, and weights that no file holds", () => {
    expect(() => toOnnx(graph, { inputNames: ["a", "b"] })).toThrow(
      "toOnnx: inputNames has 2 names; the graph needs 1",
    );
    expect(() => toOnnx(graph, { inputNames: ["a"], outputNames: ["a"] })).toThrow(
      'toOnnx: the name "a" is given twice',
    );
    expect(() => toOnnx(graph, { outputNames: [""] })).toThrow("toOnnx: outputNames has an empty name");
    const huge = new Parameter(hostTensor(vector(1).data, [1]));
    Object.assign(huge, { shape: [2 ** 15, 2 ** 14] });
    Object.assign(huge.tensor, { shape: huge.shape });
    expect(() => toOnnx(makeGraph([], [mul(huge, 2)]), { embedParameters: true })).toThrow(
      "toOnnx: the parameters take 2.0 GiB, and an .onnx file holds less than 2; leave embedParameters off",
    );
  });

  test("declares bfloat16 as uint16, and asks for the operator set with BitCast", () => {
    const half = input([2], "bfloat16");
    const { graph: written, opsetImport } = decode(toOnnx(makeGraph([half], [cast(half, "float32")])));
    expect(written.input[0]!.type.tensorType.elemType).toBe(tensorTypes.uint16);
    expect(written.node.map(({ opType }) => opType)).toEqual(["BitCast", "Cast"]);
    expect(opsetImport[0]!.version).toBe(26);
  });
});
