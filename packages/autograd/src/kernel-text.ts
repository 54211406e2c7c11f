import type { GpuContext, GpuLowering } from "./op";

/** One kernel that evaluates `expression` over the broadcast elements of the inputs, named by `names`. */
export const mapKernel = (
  _context: GpuContext<object>,
  _names: readonly string[],
  _expression: string,
): GpuLowering => [];
