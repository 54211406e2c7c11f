import type { Engine } from "./engine";
import { AutogradError, isAutogradError } from "./errors";
import type { Graph } from "./graph";
import { shared } from "./shared-state";
import type { Needs } from "./support";
import { doubt, factsOf, needsOf, refusal } from "./support";

interface OnnxModule {
  readonly onnxEngine: (provider: string) => Promise<Engine>;
}

const onnx = async (provider: string): Promise<Engine> => {
  // `as string` keeps the type checker from needing the optional package; bundlers still see its name, and let
  // an import be missing that is caught.
  const module: OnnxModule = await import("@waveft/engine-onnx" as string).catch((error: unknown) => {
    const { message } = error as Error;
    throw new AutogradError(
      `onnx:${provider}: @waveft/engine-onnx cannot be loaded (${message.split("\n")[0]}); install it`,
      { cause: error },
    );
  });
  return module.onnxEngine(provider);
};

const gpu = async (mode: "cpu" | "webasm" | "webgl2" | "webgpu"): Promise<Engine> => {
  const { gpuEngine } = await import("./engines/gpu");
  return gpuEngine(mode);
};

/** Every device, with how its engine is made. A new device is one line. */
export const devices = {
  "onnx:cpu": () => onnx("cpu"),
  "onnx:cuda": () => onnx("cuda"),
  "onnx:dml": () => onnx("dml"),
  "onnx:coreml": () => onnx("coreml"),
  "onnx:webgpu": () => onnx("webgpu"),
  "onnx:wasm": () => onnx("wasm"),
  "gpu:webgpu": () => gpu("webgpu"),
  "gpu:webgl2": () => gpu("webgl2"),
  "gpu:webasm": () => gpu("webasm"),
  "gpu:cpu": () => gpu("cpu"),
} satisfies Record<string, () => Promise<Engine>>;

export type DeviceName = keyof typeof devices;

/** A name of the device table, `auto`, an engine of one's own, or a device that the first graph decides. */
export type Device = DeviceName | "auto" | (string & {}) | Engine | SettledDevice;

/**
 * What `auto` tries, in this order, never by a timing: a resumed run must find the same device. ONNX Runtime's
 * products are several times faster than gpu.js's on the same processor or GPU, a GPU is faster than WebAssembly,
 * and gpu:cpu runs everywhere.
 */
export const autoOrder: readonly DeviceName[] = [
  "onnx:cpu",
  "onnx:webgpu",
  "gpu:webgpu",
  "onnx:wasm",
  "gpu:webgl2",
  "gpu:webasm",
  "gpu:cpu",
];

export interface DeviceChoice {
  readonly engine: Engine;
  /** One line for each device that was tried: taken, or why not. */
  readonly report: readonly string[];
}

/**
 * Makes the engine of a device, once for each name in the process, and tells how it was chosen. With a graph, a
 * device that would compute it wrongly is an error, and `auto` passes over devices that lack what it needs.
 */
export const chooseDevice = async (device: Device = "auto", graph?: Graph): Promise<DeviceChoice> => {
  const needs = graph === undefined ? null : needsOf(graph);
  if (device === "auto") return chooseFirst(autoOrder, needs);
  if (isSettled(device)) return device.choose(graph);
  const engine = typeof device === "string" ? await engineOf(device) : device;
  const refused = needs === null ? null : refusal(engine.name, needs, factsOf(engine));
  if (refused !== null)
    throw new AutogradError(`${engine.name}: ${refused}; use another device, or auto, which finds one`);
  return {
    engine,
    report: [`${engine.name}: ${typeof device === "string" ? "as asked" : "given as an engine"}`],
  };
};

const settledBrand = Symbol.for("waveft.autograd.settled-device");

/**
 * `auto` for all graphs of a model together: the first one decides, and the others follow, so that weights are on one
 * device. A graph that needs what that device lacks moves on to the next one that has it, and those after it, too.
 */
export class SettledDevice {
  readonly [settledBrand] = true;
  readonly #order: readonly string[];
  #settled: Promise<DeviceChoice> | null = null;
  #name = "auto";

  /** @param order the devices that are tried, first to last (default: `autoOrder`) */
  constructor(order: readonly string[] = autoOrder) {
    this.#order = order;
  }

  /** That of the engine, once a graph has decided; `auto` before. */
  get name(): string {
    return this.#name;
  }

  /** What a graph runs on. Without one, what the graphs so far run on, or what `auto` would take; nothing is decided. */
  choose(graph?: Graph): Promise<DeviceChoice> {
    const needs = graph === undefined ? null : needsOf(graph);
    const before = this.#settled;
    if (needs === null) return before ?? chooseFirst(this.#order, null);
    const choice = before === null ? chooseFirst(this.#order, needs) : this.#next(before, needs);
    this.#settled = choice;
    choice.then(
      ({ engine }) => {
        if (this.#settled === choice) this.#name = engine.name;
      },
      () => {
        // One graph that no device takes is no reason for the others to move.
        if (this.#settled === choice) this.#settled = before;
      },
    );
    return choice;
  }

  async #next(before: Promise<DeviceChoice>, needs: Needs): Promise<DeviceChoice> {
    const kept = await before.catch(() => null);
    if (kept === null) return chooseFirst(this.#order, needs);
    const reason = isClosed(kept.engine) ? "was disposed" : objection(kept.engine, needs);
    if (reason === null) return kept;
    const { engine, report } = await chooseFirst(this.#order, needs);
    return { engine, report: [...kept.report, `${kept.engine.name}: left, ${reason}`, ...report] };
  }
}

/** Holds across module copies, where `instanceof` does not. */
const isSettled = (device: Device): device is SettledDevice =>
  typeof device === "object" && settledBrand in device;

/** The engine of a device (see `chooseDevice`). */
export const resolveDevice = async (device: Device = "auto", graph?: Graph): Promise<Engine> =>
  (await chooseDevice(device, graph)).engine;

const chooseFirst = async (order: readonly string[], needs: Needs | null): Promise<DeviceChoice> => {
  const report: string[] = [];
  for (const name of order) {
    try {
      const engine = await engineOf(name);
      const reason = objection(engine, needs);
      if (reason === null) return { engine, report: [...report, `${name}: taken`] };
      report.push(`${name}: ${reason}`);
    } catch (error) {
      const [line] = sentenceOf(error).split("\n");
      report.push(line!.startsWith(`${name}: `) ? line! : `${name}: ${line}`);
    }
  }
  throw new AutogradError(`device: none works here for this graph. ${report.join("; ")}`);
};

const sentenceOf = (error: unknown): string => {
  if (isAutogradError(error)) return error.sentence;
  return error instanceof Error ? error.message : String(error);
};

/** Why `auto` does not take an engine. */
const objection = (engine: Engine, needs: Needs | null): string | null => {
  const facts = factsOf(engine);
  if (facts.software === true)
    return "a GPU in software, which is slower than gpu:webasm; it runs when asked for";
  return needs === null ? null : (refusal(engine.name, needs, facts) ?? doubt(engine.name, needs));
};

/** Engines by device name. */
const engineCache = shared("engines", () => new Map<string, Promise<Engine>>());

const engineOf = (name: string): Promise<Engine> => {
  const make = (devices as Record<string, (() => Promise<Engine>) | undefined>)[name];
  if (make === undefined)
    throw new AutogradError(
      `device: no device "${name}"; there are auto, ${Object.keys(devices).join(", ")}`,
    );
  const found = engineCache.get(name);
  if (found !== undefined) return found;
  const forget = () => {
    if (engineCache.get(name) === engine) engineCache.delete(name);
  };
  const engine = make().then((made) => forgottenWhenDisposed(made, forget));
  engineCache.set(name, engine);
  engine.catch(forget);
  return engine;
};

/** Engines of the device table that were disposed. */
const closed = shared("closed engines", () => new WeakSet<Engine>());

/** Whether this engine was made by name, and disposed since: who asks for the device again gets a new one. */
export const isClosed = (engine: Engine): boolean => closed.has(engine);

const forgottenWhenDisposed = (engine: Engine, forget: () => void): Engine => {
  const dispose = engine.dispose?.bind(engine);
  if (dispose === undefined) return engine;
  return Object.assign(engine, {
    dispose: () => {
      forget();
      closed.add(engine);
      return dispose();
    },
  });
};
