import type { Op } from "./define-op";
import { defineOp } from "./define-op";
import type { DType, Shape } from "./dtype";
import { AutogradError } from "./errors";
import type { Feature } from "./features";
import type { TensorType } from "./host-tensor";
import { mapKernel } from "./kernel-text";
import type { OnnxRule } from "./lowering";
import type { Vjp } from "./op";
import type { Operand } from "./operand";
import { showShape, tryBroadcast } from "./shape";

export type Unary = Op<[x: Operand]>;
export type Binary = Op<[a: Operand, b: Operand]>;

export interface ElementwiseSpec {
  readonly name: string;
  /** JavaScript expression of the element: over `x`, or over `a` and `b`. */
  readonly expression: string;
  /** ONNX operator of the same meaning, or the op as nodes. */
  readonly onnx: string | OnnxRule<object>;
  readonly vjp: Vjp<object> | null;
  /** What the inputs must be (default: float32) and what comes out (default: the same). */
  readonly takes?: readonly DType[];
  readonly gives?: DType;
  /** What it needs of a device beyond plain numbers. */
  readonly needs?: readonly Feature[];
}

/** The one dtype of all inputs, which must be among `allowed`. */
export const checkDTypes = (
  name: string,
  inputs: readonly TensorType[],
  allowed: readonly DType[] = ["float32"],
): DType => {
  const dtype = inputs[0]!.dtype;
  for (const input of inputs)
    if (input.dtype !== dtype || !allowed.includes(input.dtype))
      throw new AutogradError(
        `${name}: given ${inputs.map((i) => i.dtype + showShape(i.shape)).join(" and ")}; takes ${allowed.join(" or ")}${inputs.length > 1 ? ", alike" : ""}; use cast`,
      );
  return dtype;
};

/** The broadcast shape of all inputs. */
export const broadcastAll = (name: string, inputs: readonly TensorType[]): Shape =>
  inputs.reduce<Shape>((shape, input) => {
    const joined = tryBroadcast(shape, input.shape);
    if (joined === null)
      throw new AutogradError(
        `${name}: shapes ${inputs.map((i) => showShape(i.shape)).join(" and ")} do not broadcast`,
      );
    return joined;
  }, []);

const onnxRule = (onnx: string | OnnxRule<object>): OnnxRule<object> =>
  typeof onnx === "string" ? (b) => b.node(onnx, b.inputs) : onnx;

/** An op of one argument that acts on each element. */
export const unary = (spec: ElementwiseSpec): Unary =>
  defineOp(
    {
      name: spec.name,
      infer: (inputs) => {
        const dtype = checkDTypes(spec.name, inputs, spec.takes);
        return { shape: inputs[0]!.shape, dtype: spec.gives ?? dtype };
      },
      vjp: spec.vjp,
      gpu: (context) => mapKernel(context, ["x"], spec.expression),
      onnx: onnxRule(spec.onnx),
      ...(spec.needs === undefined ? {} : { needs: spec.needs }),
    },
    (x: Operand) => ({ inputs: [x], attributes: {} }),
  );

/** An op of two arguments that acts on each pair of elements, broadcasting. */
export const binary = (spec: ElementwiseSpec): Binary =>
  defineOp(
    {
      name: spec.name,
      infer: (inputs) => {
        const dtype = checkDTypes(spec.name, inputs, spec.takes);
        return { shape: broadcastAll(spec.name, inputs), dtype: spec.gives ?? dtype };
      },
      vjp: spec.vjp,
      gpu: (context) => mapKernel(context, ["a", "b"], spec.expression),
      onnx: onnxRule(spec.onnx),
      ...(spec.needs === undefined ? {} : { needs: spec.needs }),
    },
    (a: Operand, b: Operand) => ({ inputs: [a, b], attributes: {} }),
  );
