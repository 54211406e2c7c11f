import { support } from "../../autograd/src/support";
import type { CaseResult, OpCase } from "../../autograd/test/op-cases";
import { checkCase } from "../../autograd/test/op-cases";

/** What is wrong with a case on a device, beyond the exceptions that the support matrix states. */
export const complaints = (
  device: keyof typeof support,
  result: CaseResult,
  row: OpCase,
): readonly string[] => {
  const exceptions: Readonly<Record<string, { readonly tolerance: number }>> = support[device].exceptions;
  const tolerance = exceptions[row.name]?.tolerance;
  if (tolerance === undefined) return checkCase(result, row);
  return checkCase(result, row, { value: tolerance, gradients: tolerance, second: tolerance });
};
