import type { DType, Shape } from "./dtype";
import type { TensorType } from "./host-tensor";
import type { Lowering } from "./lowering";
import type { ConvOptions, CumsumOptions, MatmulAttributes } from "./op-options";
import type { Operand } from "./operand";
import type { ReduceOptions } from "./reduce";
import type { Tensor } from "./tensor";

type Unary = (x: Operand) => Tensor;
type Binary = (a: Operand, b: Operand) => Tensor;

/**
 * The ops that gradients are written in: passed to rules, so that op files need not import each other. `ops/index.ts`
 * has them all, and is checked against this.
 */
export interface Ops
  extends Record<"abs" | "cos" | "erf" | "exp" | "log" | "neg" | "sigmoid" | "sin" | "sqrt" | "tanh", Unary>,
    Record<"add" | "div" | "maximum" | "minimum" | "mul" | "pow" | "sub", Binary>,
    Record<"equal" | "less" | "logicalAnd" | "logicalOr", Binary> {
  readonly logicalNot: Unary;
  broadcastTo(x: Operand, shape: Shape): Tensor;
  cast(x: Operand, dtype: DType): Tensor;
  concat(tensors: readonly Operand[], axis?: number): Tensor;
  conv1d(x: Operand, kernel: Operand, options?: ConvOptions): Tensor;
  convTranspose1d(y: Operand, kernel: Operand, width: number, options?: ConvOptions): Tensor;
  cumsum(x: Operand, axis: number, options?: CumsumOptions): Tensor;
  flip(x: Operand, axes?: number | readonly number[]): Tensor;
  gather(x: Operand, indices: Operand, axis?: number): Tensor;
  matmul(a: Operand, b: Operand, options?: Partial<MatmulAttributes>): Tensor;
  oneHot(indices: Operand, depth: number, dtype?: "float32" | "int32" | "bool"): Tensor;
  pad(
    x: Operand,
    low: readonly number[],
    high: readonly number[],
    options?: { interior?: readonly number[] },
  ): Tensor;
  reshape(x: Operand, shape: Shape): Tensor;
  scatterAdd(updates: Operand, indices: Operand, size: number, axis?: number): Tensor;
  scatterAddAlongAxis(updates: Operand, indices: Operand, size: number, axis: number): Tensor;
  slice(x: Operand, starts: readonly number[], ends: readonly number[], steps?: readonly number[]): Tensor;
  softmax(x: Operand, axis?: number): Tensor;
  sum(x: Operand, options?: ReduceOptions): Tensor;
  takeAlongAxis(x: Operand, indices: Operand, axis: number): Tensor;
  transpose(x: Operand, permutation?: readonly number[]): Tensor;
  where(condition: Operand, a: Operand, b: Operand): Tensor;
}

/**
 * A core op: everything the system knows of it, in one object in one file of `ops/`.
 * Composed ops (`src/composed`) are plain functions of core ops and need none of this.
 */
export interface OpDefinition<A extends object = object> extends Lowering<A> {
  /** Shape rule: the output's type, or an `AutogradError` that names the op and the shapes. */
  infer(inputs: readonly TensorType[], attributes: A): TensorType;
  /**
   * Cotangents of the inputs, written in ops, of the output's shape where an input was broadcast
   * (the reverse walk sums those axes itself); null where the op is not differentiable.
   * Cotangents that nobody asks for are never computed: build them all.
   */
  readonly vjp: Vjp<A> | null;
}

/** The whole of what a tensor's op is; null for leaves. */
export const definitionOf = ({ definition }: Tensor): OpDefinition | null =>
  definition as OpDefinition | null;

/** What the rules of one reverse walk share: tensors that are computed again in it, by the original. */
export type Walk = Map<Tensor, Tensor>;

export interface VjpContext<A> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: A;
  readonly ops: Ops;
  readonly walk: Walk;
}

export type Vjp<A> = (dy: Tensor, context: VjpContext<A>) => readonly (Tensor | null)[];
