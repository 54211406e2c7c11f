const names = ["SIGINT", "SIGTERM"] as const;
type SignalName = (typeof names)[number];

/** A wish to stop from outside. */
export interface StopSignal {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Which one it was; null before. */
  name(): SignalName | null;
  /** Hears no signals any more. */
  release(): void;
}

/** The first signal asks the run to end at its next update; a second one ends the process, after `restore`. */
export const stopSignal = (restore: () => void): StopSignal => {
  const controller = new AbortController();
  let first: SignalName | null = null;
  const hear = (name: SignalName): void => {
    if (first === null) {
      first = name;
      controller.abort();
      return;
    }
    restore();
    release();
    process.kill(process.pid, name);
  };
  const release = () => {
    for (const name of names) process.off(name, hear);
  };
  for (const name of names) process.on(name, hear);
  return { signal: controller.signal, name: () => first, release };
};
