import { shared } from "./shared-state";

/** Of each parameter that is assigned to, the end of the last run that names it. */
const turns = shared("turns", () => new WeakMap<object, Promise<void>>());

/** Says that runs may assign to a parameter: from now on those that name it go in the order of the calls. */
export const takeTurns = (parameter: object): void => {
  if (!turns.has(parameter)) turns.set(parameter, Promise.resolve());
};

/** Whether runs may assign to a parameter. */
export const takesTurns = (parameter: object): boolean => turns.has(parameter);

/** When the runs that name a parameter and were asked for are done. */
export const lastTurn = async (parameter: object): Promise<void> => turns.get(parameter);

/**
 * Does a run's work when the earlier ones that name one of its assigned parameters are done. Runs of other parameters
 * do not wait, and order is that of the calls: turns are taken before anything is awaited.
 */
export const inTurns = <T>(parameters: Iterable<object>, work: () => Promise<T>): Promise<T> => {
  const waiting = new Map<object, Promise<void>>();
  for (const parameter of parameters) {
    const earlier = turns.get(parameter);
    if (earlier !== undefined) waiting.set(parameter, earlier);
  }
  if (waiting.size === 0) return work();
  const done = Promise.all(waiting.values()).then(work);
  const end = done.then(
    () => undefined,
    () => undefined,
  );
  for (const parameter of waiting.keys()) turns.set(parameter, end);
  return done;
};
