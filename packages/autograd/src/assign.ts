import { arange } from "./composed/creation";
import { clamp } from "./composed/elementary";
import { AutogradError } from "./errors";
import type { GraphAssignment } from "./graph";
import type { HostTensor } from "./host-tensor";
import type { Node } from "./node";
import type { Operand } from "./operand";
import { toTensor } from "./operand";
import * as ops from "./ops";
import type { Parameter } from "./parameter";
import { normalizeAxis, sameShape, showShape, sizeOf } from "./shape";
import type { Tensor } from "./tensor";
import { takeTurns } from "./turns";

const brand = Symbol.for("waveft.autograd.assignment");

export interface AssignOptions {
  /** The axis along which `value` is a part of the parameter. */
  readonly axis: number;
  /** Where on that axis the part begins: a scalar int32, known or computed. */
  readonly start: Operand;
}

/** A parameter's new value: a leaf of a compiled function's result (see `assign`). */
export interface Assignment {
  readonly [brand]: true;
  readonly parameter: Parameter;
  readonly value: Tensor;
  readonly part: { readonly axis: number; readonly start: Tensor } | null;
}

/**
 * In the result of a compiled function: once a run is done, `parameter` has `value` (of its shape and dtype), and the
 * result has null in this place. With `axis` and `start`, `value` is a part, of the parameter's shape but for that axis,
 * and is written into it from place `start` on; the rest stays. On engines that keep state (`gpu:webgpu`,
 * `gpu:webasm`, `onnx:webgpu`) the values stay there, and `Parameter.fetch` brings them to the host; elsewhere the
 * host has them.
 *
 * All of a run's graph reads the values from before it. A run that fails assigns nothing. Runs that name a parameter
 * that is assigned to, on whatever device, go in the order of their calls. A part that passes the end is an error
 * where `start` is known to the host; on an engine that keeps state, places of a computed one that do not exist are
 * left out.
 */
export const assign = (parameter: Parameter, value: Operand, options?: AssignOptions): Assignment => {
  const tensor = toTensor("assign", value);
  const part = options === undefined ? null : partOf(parameter, options);
  const { shape, dtype } = parameter;
  const fits =
    part === null
      ? sameShape(tensor.shape, shape)
      : tensor.rank === shape.length &&
        tensor.shape[part.axis]! <= shape[part.axis]! &&
        tensor.shape.every((size, i) => i === part.axis || size === shape[i]);
  if (!fits || tensor.dtype !== dtype)
    throw new AutogradError(
      `assign: ${tensor.dtype}${showShape(tensor.shape)} to ${parameter}${part === null ? "" : ` along axis ${part.axis}`}; give its dtype and shape, or with axis and start a part of it`,
    );
  takeTurns(parameter);
  return { [brand]: true, parameter, value: tensor, part };
};

const partOf = ({ shape }: Parameter, { axis, start }: AssignOptions) => {
  const place = toTensor("assign", start, "int32");
  if (place.dtype !== "int32" || place.size !== 1)
    throw new AutogradError(
      `assign: start is ${place.dtype}${showShape(place.shape)}; give one int32, such as a number`,
    );
  return { axis: normalizeAxis("assign", axis, shape.length), start: ops.reshape(place, []) };
};

export const isAssignment = (value: unknown): value is Assignment =>
  typeof value === "object" && value !== null && brand in value;

/** The leaf that a part's start is, if it is one. */
const startLeaf = ({ start }: NonNullable<Assignment["part"]>): Node | null => {
  let node: Node = start;
  while (node.op === "reshape") node = node.inputs[0]!;
  return node.op === "input" || node.op === "constant" ? node : null;
};

/** Where a part begins, if that is fed or constant; null where the graph computes it. */
const knownStart = ({ part }: Assignment, inputs: readonly HostTensor[]): number | null => {
  if (part === null) return 0;
  const leaf = startLeaf(part);
  if (leaf === null) return null;
  const { index, value } = leaf.attributes as { index: number; value: HostTensor };
  return (leaf.op === "input" ? inputs[index]! : value).data[0]!;
};

/** What an engine gives for the host to carry an assignment out. */
export const fetchedFor = ({ value, part }: Assignment): readonly Tensor[] =>
  part === null || startLeaf(part) !== null ? [value] : [value, part.start];

/** For engines that carry out assignments: the whole new value, the part laid over the old one. */
export const wholeOf = ({ parameter, value, part }: Assignment): GraphAssignment => {
  if (part === null) return { parameter, value };
  const { axis, start } = part;
  const [size, length] = [parameter.shape[axis]!, value.shape[axis]!];
  const along = parameter.shape.map((_, i) => (i === axis ? size : 1));
  const places = ops.sub(arange(0, size, { dtype: "int32" }), start);
  if (length === 0 || size === 0) return { parameter, value: parameter.tensor };
  const inside =
    length === 1 ? ops.equal(places, 0) : ops.logicalAnd(ops.less(-1, places), ops.less(places, length));
  const moved = length === 1 ? value : ops.gather(value, clamp(places, { min: 0, max: length - 1 }), axis);
  return { parameter, value: ops.where(ops.reshape(inside, along), moved, parameter.tensor) };
};

/** An error where a part is known to pass its parameter's end, before a run. */
export const checkStarts = (assignments: readonly Assignment[], inputs: readonly HostTensor[]): void => {
  for (const assignment of assignments) {
    const start = knownStart(assignment, inputs);
    if (start !== null) checkStart(assignment, start);
  }
};

const checkStart = ({ parameter, value, part }: Assignment, start: number): void => {
  if (part === null) return;
  const [size, length] = [parameter.shape[part.axis]!, value.shape[part.axis]!];
  if (start < 0 || start + length > size)
    throw new AutogradError(
      `assign: ${length} places from ${start} on pass the ${size} of axis ${part.axis} of ${parameter}; nothing was assigned`,
    );
};

/** Carries assignments out on the host, all or none. `fetched` are the values of `fetchedFor`, in a row. */
export const assignOnHost = (
  assignments: readonly Assignment[],
  inputs: readonly HostTensor[],
  fetched: readonly HostTensor[],
): void => {
  let next = 0;
  const writes = assignments.map((assignment) => {
    const value = fetched[next++]!;
    const start = knownStart(assignment, inputs) ?? fetched[next++]!.data[0]!;
    checkStart(assignment, start);
    return { ...assignment, value, start };
  });
  for (const { parameter, value, part, start } of writes)
    if (part === null) parameter.data = value.data;
    else writePart(parameter, value, part.axis, start);
};

const writePart = (parameter: Parameter, { data, shape }: HostTensor, axis: number, start: number): void => {
  const target = parameter.data;
  const inner = sizeOf(shape.slice(axis + 1));
  const rows = sizeOf(shape.slice(0, axis));
  const [from, to] = [shape[axis]! * inner, parameter.shape[axis]! * inner];
  for (let row = 0; row < rows; row++)
    target.set(data.subarray(row * from, (row + 1) * from), row * to + start * inner);
  parameter.touch();
};
