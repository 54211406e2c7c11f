import { shared } from "./shared-state";

/** What a traced graph was built by, besides its inputs: a question, and the answer that it had then. */
export interface Dependency {
  readonly ask: () => string;
  readonly answer: string;
}

/** Of the trace that runs now; traces are synchronous, and may be within one another. */
const running = shared("trace", () => ({ dependencies: null as Map<object, Dependency> | null }));

/**
 * Says that what is being traced depends on state that can change: train mode, active adapters, the layers that stand in
 * a model. A compiled function traces anew when the answer is another than it was. Where nothing is traced, nothing
 * happens.
 *
 * @param owner whose state it is; asked once a trace
 */
export const dependsOn = (owner: object, ask: () => string): void => {
  const { dependencies } = running;
  if (dependencies !== null && !dependencies.has(owner)) dependencies.set(owner, { ask, answer: ask() });
};

/** Does the work of a trace, and gives what it depends on. */
export const tracing = <T>(work: () => T): { result: T; dependencies: readonly Dependency[] } => {
  const outer = running.dependencies;
  const own = new Map<object, Dependency>();
  running.dependencies = own;
  try {
    return { result: work(), dependencies: [...own.values()] };
  } finally {
    running.dependencies = outer;
  }
};

/** Whether all is as it was. */
export const holds = (dependencies: readonly Dependency[]): boolean =>
  dependencies.every(({ ask, answer }) => ask() === answer);
