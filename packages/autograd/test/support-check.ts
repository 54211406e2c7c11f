import type { Engine } from "../src";
import type { Feature } from "../src/features";
import { features } from "../src/features";
import type { DeviceSupport } from "../src/support";
import { supportOf } from "../src/support";
import type { OpCase } from "./op-cases";
import { checkCase, opCases, runCase } from "./op-cases";
import { featureCases } from "./support-cases";

/**
 * The support matrix (src/support.ts) held to, in both directions: what it promises must be right, and what it
 * excepts must be wrong, or the exception is stale. Free of Node and of the test runner.
 */
export interface SupportCheck {
  readonly name: string;
  /** What is wrong, a sentence each. */
  readonly complaints: (engine: Engine) => Promise<readonly string[]>;
}

/** All checks of a device: the op suite (or other cases like it), then the features. */
export const supportChecks = (
  device: string,
  cases: readonly OpCase[] = opCases,
): readonly SupportCheck[] => {
  const known = supportOf(device);
  if (known === null) throw new Error(`the support matrix has no ${device}`);
  return [...cases.map((row) => caseCheck(known, row)), ...featureChecks(known)];
};

const caseCheck = ({ exceptions }: DeviceSupport, row: OpCase): SupportCheck => ({
  name: row.name,
  complaints: async (engine) => {
    const result = await runCase(engine, row);
    const complaints = checkCase(result, row);
    const exception = exceptions[row.name];
    if (exception === undefined) return complaints;
    if (complaints.length === 0) return ["is as exact as others; the support matrix excepts it"];
    const { tolerance } = exception;
    return checkCase(result, row, { value: tolerance, gradients: tolerance, second: tolerance });
  },
});

/** One check a feature that the device has, by case; one in all where it lacks the feature. */
const featureChecks = (known: DeviceSupport): SupportCheck[] =>
  (Object.keys(features) as Feature[]).flatMap((feature): SupportCheck[] => {
    const cases = featureCases.filter((one) => one.feature === feature);
    if (known.features[feature] !== "no")
      return cases.map(({ name, complaints }) => ({ name: `${feature}: ${name}`, complaints }));
    return [
      {
        name: `${feature}: lacking`,
        complaints: async (engine) => {
          for (const { complaints } of cases) if ((await complaints(engine)).length > 0) return [];
          return [`all ${cases.length} cases are right; the support matrix says that they are not`];
        },
      },
    ];
  });
