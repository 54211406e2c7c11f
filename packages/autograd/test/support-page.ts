import type { Ability, Feature } from "../src/features";
import { features } from "../src/features";
import type { DeviceSupport } from "../src/support";
import { support } from "../src/support";

const cells: Readonly<Record<Ability, string>> = { yes: "yes", driver: "as the driver", no: "**no**" };

const columns = Object.keys(features) as Feature[];
const rows: readonly (readonly [string, DeviceSupport])[] = Object.entries(support);

const table = (lines: readonly (readonly string[])[]): string => {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const show = (line: readonly string[]) =>
    `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [show(lines[0]!), rule, ...lines.slice(1).map(show)].join("\n");
};

const count = (n: number | null, unit: string): string =>
  n === null ? "memory" : `${n.toLocaleString("en-US")} ${unit}`;

const limitOf = ({ limits: { elements, bytes } }: DeviceSupport): string =>
  bytes === null ? count(elements, "elements") : count(bytes, "bytes");

const details = ([name, { exceptions, notes }]: readonly [string, DeviceSupport]): string[] => {
  const cases = Object.entries(exceptions).map(
    ([title, { tolerance, reason }]) => `- "${title}" within ${tolerance.toExponential(0)}: ${reason}`,
  );
  const lines = [...notes.map((note) => `- ${note}`), ...cases];
  return lines.length === 0 ? [] : ["", `### ${name}`, "", ...lines];
};

/** The support matrix as a page of the documentation. */
export const supportPage = (): string =>
  [
    "# What every device can do",
    "",
    "Made from `src/support.ts` by `node docs/support.mjs`; the tests hold every device to it in both directions: what it promises must be right, and what it lacks must be wrong.",
    "",
    "Every op gives torch's values, first and second derivatives to a relative error of 1e-5 on every device, with the exceptions named below. Beyond that a graph may need:",
    "",
    table([["feature", "meaning"], ...columns.map((feature) => [`\`${feature}\``, features[feature]])]),
    "",
    table([
      ["device", ...columns, "an array has at most"],
      ...rows.map(([name, known]) => [
        `\`${name}\``,
        ...columns.map((feature) => cells[known.features[feature]]),
        limitOf(known),
      ]),
    ]),
    "",
    '_As the driver_: right on the software GPU of the tests, but promised by no standard, or slow. `device: "auto"` passes over such a device for a graph that needs the feature, and over one with _no_; a device asked for by name that says _no_ is an error. What a graph needs is read from its sizes, its constants and its ops (`needs` in an op\'s definition); what the data will hold cannot be known. GPUs in software (SwiftShader, llvmpipe) are used only where they are asked for.',
    "",
    "## Notes",
    ...rows.flatMap(details),
    "",
  ].join("\n");
