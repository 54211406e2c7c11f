import protobuf from "protobufjs/light.js";

/** The part of ONNX's protobuf schema that we write; field numbers and enum values are those of onnx.proto. */

/** TensorProto.DataType. */
export const tensorTypes = {
  float32: 1,
  uint16: 4,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
} as const;

/** AttributeProto.AttributeType. */
export const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Little-endian, row-major. */
  readonly rawData: Uint8Array;
}

export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimValue: number }[] };
    };
  };
}

export interface GraphProto {
  readonly name: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
}

export interface ModelProto {
  readonly irVersion: number;
  readonly producerName: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphProto;
}

const one = (id: number, type: string) => ({ id, type });
const many = (id: number, type: string) => ({ id, type, rule: "repeated" });

/** As in proto2, in which ONNX is written: a 0 or an empty string that is there is written. */
const message = (fields: Record<string, protobuf.IField>): protobuf.IType => ({ edition: "proto2", fields });

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: message({
      irVersion: one(1, "int64"),
      producerName: one(2, "string"),
      graph: one(7, "GraphProto"),
      opsetImport: many(8, "OperatorSetIdProto"),
    }),
    OperatorSetIdProto: message({ domain: one(1, "string"), version: one(2, "int64") }),
    GraphProto: message({
      node: many(1, "NodeProto"),
      name: one(2, "string"),
      initializer: many(5, "TensorProto"),
      input: many(11, "ValueInfoProto"),
      output: many(12, "ValueInfoProto"),
    }),
    NodeProto: message({
      input: many(1, "string"),
      output: many(2, "string"),
      name: one(3, "string"),
      opType: one(4, "string"),
      attribute: many(5, "AttributeProto"),
      domain: one(7, "string"),
    }),
    AttributeProto: message({
      name: one(1, "string"),
      f: one(2, "float"),
      i: one(3, "int64"),
      s: one(4, "bytes"),
      floats: many(7, "float"),
      ints: many(8, "int64"),
      type: one(20, "int32"),
    }),
    TensorProto: message({
      dims: many(1, "int64"),
      dataType: one(2, "int32"),
      name: one(8, "string"),
      rawData: one(9, "bytes"),
    }),
    ValueInfoProto: message({ name: one(1, "string"), type: one(2, "TypeProto") }),
    TypeProto: message({ tensorType: one(1, "TensorTypeProto") }),
    TensorTypeProto: message({ elemType: one(1, "int32"), shape: one(2, "TensorShapeProto") }),
    TensorShapeProto: message({ dim: many(1, "Dimension") }),
    Dimension: message({ dimValue: one(1, "int64") }),
  },
});

/** The bytes of a model, as in an `.onnx` file. */
export const encodeModel = (model: ModelProto): Uint8Array =>
  root
    .lookupType("ModelProto")
    .encode(model as object)
    .finish();
