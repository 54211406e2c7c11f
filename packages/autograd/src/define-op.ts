import type { OpDefinition } from "./op";
import { isInteger, type Operand, toTensor } from "./operand";
import { Tensor } from "./tensor";

/** An op as users call it, with its definition attached. */
export interface Op<Args extends readonly unknown[], A extends object = object> {
  (...args: Args): Tensor;
  readonly definition: OpDefinition<A>;
}

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
