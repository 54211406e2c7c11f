import { AutogradError } from "./errors";
import { type NdArrayLike, toHost } from "./ndarray";
import type { OpDefinition } from "./op";
import type { Parameter } from "./parameter";
import { type HostTensor, hostTensor, isTensor, Tensor } from "./tensor";

/** What ops accept: a tensor, a parameter, or a number (a float32 scalar). */
export type Operand = Tensor | Parameter | number;

/** An op as users call it, with its definition attached. */
export interface Op<Args extends readonly unknown[], A extends object = object> {
  (...args: Args): Tensor;
  readonly definition: OpDefinition<A>;
}

/** A leaf that holds numbers in the graph: given as data, shape and dtype, or as a host tensor or ndarray. */
export const constant = (
  ...args: Parameters<typeof hostTensor> | [value: HostTensor | NdArrayLike]
): Tensor => {
  const value = args.length === 1 ? toHost(args[0]) : hostTensor(...args);
  return new Tensor("constant", [], { value }, value.shape, value.dtype);
};

/** Numbers beside an int32 tensor are int32, else float32. */
const isInteger = (operand: Operand): boolean => typeof operand === "object" && operand.dtype === "int32";

export const toTensor = (op: string, operand: Operand, scalar: "float32" | "int32" = "float32"): Tensor => {
  if (typeof operand === "number") {
    if (scalar === "int32" && (operand | 0) !== operand)
      throw new AutogradError(
        `${op}: ${operand} beside an int32 tensor; give an integer of 32 bits, or cast the tensor`,
      );
    return constant([operand], [], scalar);
  }
  const tensor = isTensor(operand) ? operand : operand?.tensor;
  if (isTensor(tensor)) {
    if (tensor.disposed) throw new AutogradError(`${op}: ${tensor} was disposed; make it anew`);
    return tensor;
  }
  throw new AutogradError(
    `${op}: takes tensors, parameters and numbers, not ${operand === null ? "null" : typeof operand}`,
  );
};

/**
 * Makes an op from its definition and a function that turns the user's arguments into operands and
 * attributes.
 */
export const defineOp = <A extends object, Args extends readonly unknown[]>(
  definition: OpDefinition<A>,
  bind: (...args: Args) => { inputs: readonly Operand[]; attributes: A },
): Op<Args, A> => {
  const { name } = definition;
  const build = (...args: Args): Tensor => {
    const { inputs, attributes } = bind(...args);
    const scalar = inputs.some((input) => isInteger(input)) ? "int32" : "float32";
    const tensors = inputs.map((input) => toTensor(name, input, scalar));
    const { shape, dtype } = definition.infer(tensors, attributes);
    return new Tensor(
      name,
      tensors,
      attributes as Readonly<Record<string, unknown>>,
      shape,
      dtype,
      definition as unknown as OpDefinition,
    );
  };
  return Object.assign(build, { definition });
};
