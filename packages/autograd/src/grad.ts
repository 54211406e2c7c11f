import { AutogradError } from "./errors";
import { topologicalOrder } from "./graph";
import type { Walk } from "./op";
import { definitionOf } from "./op";
import { constant } from "./operand";
import * as ops from "./ops";
import type { Parameter } from "./parameter";
import { sameShape, showShape } from "./shape";
import type { Tensor } from "./tensor";
import { isTensor } from "./tensor";

export type Differentiable = Tensor | Parameter;

export interface PullbackOptions {
  /** Take the targets for independent variables, even if one was computed from another (default false). */
  independent?: boolean;
}

/**
 * Cotangents of `wrt` for the given cotangents of `outputs` (reverse mode). The result is a graph like any
 * other: it runs on every engine, and can be differentiated again. What no output depends on gets zeros.
 * Errors name the shapes of a cotangent that is not its output's.
 */
export const pullback = (
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  wrt: readonly Differentiable[],
  options: PullbackOptions = {},
): Tensor[] => {
  const targets = wrt.map((target) => (isTensor(target) ? target : target.tensor));
  const ends = new Set<Tensor>(options.independent ? targets : []);
  const order = topologicalOrder(outputs, ends);
  const depends = dependents(order, targets);
  const flowing = new Map<Tensor, Tensor>();
  const walk: Walk = new Map();
  const flow = (node: Tensor, cotangent: Tensor): void => {
    const before = flowing.get(node);
    flowing.set(node, before === undefined ? cotangent : ops.add(before, cotangent));
  };
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i]!;
    if (!sameShape(output.shape, cotangent.shape))
      throw new AutogradError(
        `vjp: cotangent ${showShape(cotangent.shape)} for an output ${showShape(output.shape)}; shapes must agree`,
      );
    flow(output, cotangent);
  });
  for (const node of order.toReversed()) {
    const dy = flowing.get(node);
    const vjp = definitionOf(node)?.vjp;
    if (dy === undefined || !vjp || !depends.has(node) || ends.has(node)) continue;
    vjp(dy, { inputs: node.inputs, output: node, attributes: node.attributes, ops, walk }).forEach(
      (cotangent, i) => {
        const input = node.inputs[i]!;
        if (cotangent !== null && depends.has(input)) flow(input, unbroadcast(cotangent, input));
      },
    );
  }
  return targets.map((target) => flowing.get(target) ?? zerosLike(target));
};

/** Gradients of a scalar with respect to tensors or parameters, as graphs. */
export const gradients = (y: Tensor, wrt: readonly Differentiable[]): Tensor[] => {
  if (y.size !== 1 || y.dtype !== "float32")
    throw new AutogradError(
      `grad: the value is ${y.dtype}${showShape(y.shape)}; only a float32 scalar has a gradient; sum it, or use vjp`,
    );
  return pullback([y], [ops.broadcastTo(constant([1], []), y.shape)], wrt);
};

/** The function that gives the gradients of `fn`, a scalar function, in each of its arguments. */
export const grad =
  <A extends readonly Tensor[]>(fn: (...args: A) => Tensor) =>
  (...args: A): Tensor[] =>
    gradients(fn(...args), args);

/** Like `grad`, with the value. */
export const valueAndGrad =
  <A extends readonly Tensor[]>(fn: (...args: A) => Tensor) =>
  (...args: A): { value: Tensor; gradients: Tensor[] } => {
    const value = fn(...args);
    return { value, gradients: gradients(value, args) };
  };

/** The value of `fn` and its pullback: from a cotangent of the value to cotangents of the arguments. */
export const vjp = <A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
  ...args: A
): { value: Tensor; pullback: (cotangent: Tensor) => Tensor[] } => {
  const value = fn(...args);
  return { value, pullback: (cotangent) => pullback([value], [cotangent], args) };
};

/** Nodes through which some target is reached. */
const dependents = (order: readonly Tensor[], targets: readonly Tensor[]): Set<Tensor> => {
  const reached = new Set<Tensor>(targets);
  for (const node of order) if (node.inputs.some((input) => reached.has(input))) reached.add(node);
  return reached;
};

/** Sums a cotangent over the axes along which its tensor was repeated. */
const unbroadcast = (cotangent: Tensor, { shape }: Tensor): Tensor => {
  if (sameShape(cotangent.shape, shape)) return cotangent;
  const added = cotangent.rank - shape.length;
  const axes = cotangent.shape.flatMap((size, i) =>
    i < added || (shape[i - added] === 1 && size !== 1) ? [i] : [],
  );
  const summed = ops.sum(cotangent, { axes, keepDims: true });
  return ops.reshape(summed, shape);
};

const zerosLike = ({ shape }: Tensor): Tensor => ops.broadcastTo(constant([0], []), shape);
