import { shared } from "./shared-state";

/** How many runs that were asked for and are not done name each parameter. */
const counts = shared("in use", () => new WeakMap<object, number>());

/** Whether a run that names this parameter was asked for and is not done: what it reads must stay as it is. */
export const isInUse = (parameter: object): boolean => (counts.get(parameter) ?? 0) > 0;

/** Does a run's work, and says meanwhile that it uses these parameters. */
export const whileInUse = async <T>(parameters: readonly object[], work: () => Promise<T>): Promise<T> => {
  const count = (by: number) => {
    for (const parameter of parameters) counts.set(parameter, (counts.get(parameter) ?? 0) + by);
  };
  count(1);
  try {
    return await work();
  } finally {
    count(-1);
  }
};
