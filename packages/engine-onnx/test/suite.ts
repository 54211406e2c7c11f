import { supportOf } from "../../autograd/src/support";
import type { OpCase } from "../../autograd/test/op-cases";
import { opCases } from "../../autograd/test/op-cases";
import type { SupportCheck } from "../../autograd/test/support-check";
import { supportChecks } from "../../autograd/test/support-check";

/** What can be tested without the hardware of others. */
export type TestedDevice = "onnx:cpu" | "onnx:wasm" | "onnx:webgpu";

const allFinite = ({ inputs, output, backward, second }: OpCase): boolean =>
  [
    ...inputs.map(({ data }) => data),
    output.data,
    ...(backward?.gradients ?? []),
    ...(second?.derivatives ?? []),
  ].every((data) => data === null || data.every((value) => Number.isFinite(value)));

/** The support matrix held to; cases with NaN or infinities are for devices that have them. */
export const checksOf = (device: TestedDevice): readonly SupportCheck[] => {
  const { nan, infinity } = supportOf(device)!.features;
  return supportChecks(device, nan === "no" || infinity === "no" ? opCases.filter(allFinite) : opCases);
};
