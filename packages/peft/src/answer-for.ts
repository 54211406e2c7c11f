import type { Module } from "@waveft/autograd";

/** What a wrapper has besides its own members: all that the model has, with the model's types. */
export type AnswersFor<M, Own> = Omit<M, keyof Own>;

/**
 * Lets a wrapper answer for the model in it: every member that the model has and the wrapper has not is read from the
 * model, set on it, and called on it.
 *
 * @returns the name of a call whose promise is open, if there is one
 */
export const answerFor = (wrapper: object, model: Module): (() => string | null) => {
  const open: string[] = [];
  const watched = (name: string, result: unknown): unknown => {
    if (!(result instanceof Promise)) return result;
    open.push(name);
    return result.finally(() => open.splice(open.indexOf(name), 1));
  };
  for (const name of membersOf(model)) {
    if (name in wrapper) continue;
    Object.defineProperty(wrapper, name, {
      configurable: true,
      get: () => {
        const value: unknown = Reflect.get(model, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => watched(name, Reflect.apply(value, model, args));
      },
      set: (value: unknown) => void Reflect.set(model, name, value),
    });
  }
  return () => open[0] ?? null;
};

/** Names of a model's own members, and of those of its classes up to what all modules have. */
const membersOf = (model: Module): Set<string> => {
  const names = new Set<string>();
  for (
    let at: object | null = model;
    at !== null && !Object.hasOwn(at, "namedModules");
    at = Object.getPrototypeOf(at)
  )
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  return names;
};
