/** What must exist once in a process, however many copies of this module (ESM, CJS) are loaded. */
const key = Symbol.for("waveft.autograd.state");
const holder = globalThis as { [key]?: Map<string, object> };
holder[key] ??= new Map();
const state = holder[key];

/** The one object of that name in the process, made when it is first asked for. */
export const shared = <T extends object>(name: string, make: () => T): T => {
  const found = state.get(name) ?? make();
  state.set(name, found);
  return found as T;
};

const ids = shared("ids", () => ({ next: 1 }));

/** Ids of tensors and parameters: unique in the process. */
export const nextId = (): number => ids.next++;
