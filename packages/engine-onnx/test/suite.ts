import { features } from "../../autograd/src/features";
import { supportOf } from "../../autograd/src/support";
import type { OpCase } from "../../autograd/test/op-cases";
import { functionOf, opCases } from "../../autograd/test/op-cases";
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

/**
 * The support matrix held to; cases with NaN or infinities are for devices that have them. `brief`: one case a
 * function and no features, for a second way to a device.
 */
export const checksOf = (device: TestedDevice, brief = false): readonly SupportCheck[] => {
  const { nan, infinity } = supportOf(device)!.features;
  const cases = nan === "no" || infinity === "no" ? opCases.filter(allFinite) : opCases;
  if (!brief) return supportChecks(device, cases);
  const first = new Map(cases.toReversed().map((row) => [functionOf(row.name), row]));
  return supportChecks(device, [...first.values()]).filter(({ name }) => !isFeature(name));
};

const isFeature = (check: string): boolean => check.split(":")[0]! in features;
