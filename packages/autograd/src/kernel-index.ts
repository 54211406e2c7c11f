import { kernelText } from "./kernel-text";
import type { GpuStep } from "./lowering";

/** An index, as text: negative ones count from the end of an axis of `length`. */
export const countFromEnd = (index: string, length: number): string =>
  `(${index} < 0 ? ${index} + ${length} : ${index})`;

/** A kernel that counts the negative ones among `count` indices, input `input` of the op, from the end. */
export const indexStep = (input: number, count: number, length: number): GpuStep => ({
  source: kernelText(
    ["indices"],
    ["const given = indices[this.thread.x];", `return ${countFromEnd("given", length)};`],
  ),
  args: [input],
  size: count,
});
