import { AutogradError } from "./errors";
import { type HostTensor, hostTensor } from "./host-tensor";
import { type NdArrayLike, toHost } from "./ndarray";
import type { Parameter } from "./parameter";
import { isTensor, Tensor } from "./tensor";

/** What ops accept: a tensor, a parameter, or a number (a float32 scalar). */
export type Operand = Tensor | Parameter | number;

/** A leaf that holds numbers in the graph: given as data, shape and dtype, or as a host tensor or ndarray. */
export const constant = (
  ...args: Parameters<typeof hostTensor> | [value: HostTensor | NdArrayLike]
): Tensor => {
  const value = args.length === 1 ? toHost(args[0]) : hostTensor(...args);
  return new Tensor("constant", [], { value }, value.shape, value.dtype);
};

/** Numbers beside an int32 tensor are int32, else float32. */
export const isInteger = (operand: Operand): boolean =>
  typeof operand === "object" && operand.dtype === "int32";

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
