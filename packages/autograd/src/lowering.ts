import type { DType, Shape } from "./dtype";
import type { Feature } from "./features";
import type { TensorType } from "./host-tensor";

/** How engines compute an op. Its gradient, and how it is called, are further up: see `OpDefinition`. */
export interface Lowering<A extends object = object> {
  readonly name: string;
  /** The op as gpu.js kernels. */
  readonly gpu: GpuRule<A>;
  /** The op as ONNX nodes. */
  readonly onnx: OnnxRule<A>;
  /** What it needs of a device beyond plain numbers (see support.ts): `auto` passes over devices without. */
  readonly needs?: readonly Feature[];
}

// ---------------------------------------------------------------- gpu.js

/** What a rule may look at when it writes its kernels. */
export interface GpuContext<A> {
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
  readonly attributes: A;
  /** Where the kernels will run, for rules that have more than one form. */
  readonly mode: "cpu" | "webasm" | "webgl2" | "webgpu";
}

/**
 * One gpu.js kernel. `source` is the text of `function(a, b, …) { … return x; }` over flat float32
 * arrays (integers and booleans are stored as float32 on this engine); it returns the element at
 * `this.thread.x` of a flat output of `size` elements.
 */
export interface GpuStep {
  readonly source: string;
  /** Arguments in order: a number is an input of the op, `{ step }` an earlier step's output. */
  readonly args: readonly (number | { readonly step: number })[];
  readonly size: number;
  /** Multiply-adds for an element (default 1): where they are many, the engine uses threads. */
  readonly work?: number;
  /**
   * webasm only, where one element at a time with integer registers is fastest: `source` returns the element at
   * `this.thread.y`, `this.thread.z` of a [z, y] output, and its last parameters, named here, are integers.
   */
  readonly scalar?: { readonly y: number; readonly z: number; readonly registers: readonly string[] };
}

/** Kernels, of which the last one gives the op's value; or an input that already holds it (reshape). */
export type GpuLowering = readonly GpuStep[] | { readonly alias: number };
export type GpuRule<A> = (context: GpuContext<A>) => GpuLowering;

// ---------------------------------------------------------------- ONNX

export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/** Collects the nodes of one op's lowering; values are named by strings. */
export interface OnnxBuilder {
  /** Value names of the op's inputs. */
  readonly inputs: readonly string[];
  readonly inputTypes: readonly TensorType[];
  readonly output: TensorType;
  /** Adds a node and returns the name of its first output. Plain numbers are int attributes. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    domain?: string,
  ): string;
  /** Adds a small initializer; int64 serves shapes and axes. */
  constant(values: readonly number[], dtype: "int64" | DType, shape?: Shape): string;
}

/** Adds nodes and returns the name of the op's value. */
export type OnnxRule<A> = (builder: OnnxBuilder, attributes: A) => string;
