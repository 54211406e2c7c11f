import type { MessageInitShape } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";

/** Models as plain objects, with the field names of onnx.proto; its messages come from the package onnx-buf. */

/** TensorProto.DataType. */
export const tensorTypes = {
  float32: DataType.FLOAT,
  uint16: DataType.UINT16,
  int32: DataType.INT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
} as const;

/** AttributeProto.AttributeType. */
export const attributeTypes = {
  float: AttributeType.FLOAT,
  int: AttributeType.INT,
  string: AttributeType.STRING,
  floats: AttributeType.FLOATS,
  ints: AttributeType.INTS,
} as const;

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
      /** A size that is left out may be any. */
      readonly shape: { readonly dim: readonly { readonly dimValue?: number }[] };
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

/** int64 in messages. */
const wide = (value: number): bigint => BigInt(value);

const valueInfo = ({
  name,
  type: { tensorType },
}: ValueInfoProto): MessageInitShape<typeof ValueInfoProtoSchema> => {
  const dim = tensorType.shape.dim.map(({ dimValue }) => ({
    ...(dimValue !== undefined && { value: { case: "dimValue" as const, value: wide(dimValue) } }),
  }));
  const value = { elemType: tensorType.elemType, shape: { dim } };
  return { name, type: { value: { case: "tensorType", value } } };
};

const attribute = ({
  i,
  ints,
  f,
  s,
  floats,
  name,
  type,
}: AttributeProto): MessageInitShape<typeof AttributeProtoSchema> => ({
  name,
  type,
  ...(f === undefined ? {} : { f }),
  ...(i === undefined ? {} : { i: wide(i) }),
  ...(s === undefined ? {} : { s: s as Uint8Array<ArrayBuffer> }),
  ...(floats === undefined ? {} : { floats: [...floats] }),
  ...(ints === undefined ? {} : { ints: ints.map(wide) }),
});

/** The bytes of a model, as in an `.onnx` file. */
export const encodeModel = ({ irVersion, producerName, opsetImport, graph }: ModelProto): Uint8Array => {
  const model = create(ModelProtoSchema, {
    irVersion: wide(irVersion),
    producerName,
    opsetImport: opsetImport.map(({ domain, version }) => ({ domain, version: wide(version) })),
    graph: {
      name: graph.name,
      node: graph.node.map(({ input, output, attribute: list, ...node }) => ({
        ...node,
        input: [...input],
        output: [...output],
        attribute: list.map(attribute),
      })),
      initializer: graph.initializer.map(({ dims, rawData, ...tensor }) => ({
        ...tensor,
        dims: dims.map(wide),
        rawData: rawData as Uint8Array<ArrayBuffer>,
      })),
      input: graph.input.map(valueInfo),
      output: graph.output.map(valueInfo),
    },
  });
  return toBinary(ModelProtoSchema, model);
};
