import type { Engine } from "./engine";

/** What must exist once in a process, however many copies of this module (ESM, CJS) are loaded. */
interface SharedState {
  nextId: number;
  readonly engines: Map<string, Promise<Engine>>;
}

const key = Symbol.for("waveft.autograd.state");
const holder = globalThis as { [key]?: SharedState };
holder[key] ??= { nextId: 1, engines: new Map() };
const state: SharedState = holder[key];

/** Ids of tensors and parameters: unique in the process. */
export const nextId = (): number => state.nextId++;

/** Engines by device name. */
export const engineCache: Map<string, Promise<Engine>> = state.engines;
