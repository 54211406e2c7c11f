import type { Engine } from "./engine";
import { AutogradError } from "./errors";
import { engineCache } from "./shared-state";

interface OnnxModule {
  readonly onnxEngine: (provider: string) => Promise<Engine>;
}

// `as string` keeps the type checker from needing the optional package; bundlers still see its name.
const onnx = async (provider: string): Promise<Engine> => {
  const module: OnnxModule = await import("@waveft/engine-onnx" as string);
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

/** A name of the device table, `auto`, or an engine of one's own. */
export type Device = DeviceName | "auto" | (string & {}) | Engine;

/** What `auto` tries, in this order, never by a timing: a resumed run must find the same device. */
export const autoOrder: readonly DeviceName[] = [
  "onnx:cpu",
  "gpu:webgpu",
  "gpu:webgl2",
  "gpu:webasm",
  "gpu:cpu",
];

export interface DeviceChoice {
  readonly engine: Engine;
  /** One line for each device that was tried: taken, or why not. */
  readonly report: readonly string[];
}

/** Makes the engine of a device, once for each name in the process, and tells how it was chosen. */
export const chooseDevice = async (device: Device = "auto"): Promise<DeviceChoice> => {
  if (typeof device !== "string") return { engine: device, report: [`${device.name}: given as an engine`] };
  if (device !== "auto") return { engine: await engineOf(device), report: [`${device}: as asked`] };
  const report: string[] = [];
  for (const name of autoOrder) {
    try {
      const engine = await engineOf(name);
      return { engine, report: [...report, `${name}: taken`] };
    } catch (error) {
      report.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new AutogradError(`device: none works here. ${report.join("; ")}`);
};

/** The engine of a device (see `chooseDevice`). */
export const resolveDevice = async (device: Device = "auto"): Promise<Engine> =>
  (await chooseDevice(device)).engine;

const engineOf = (name: string): Promise<Engine> => {
  const make = (devices as Record<string, (() => Promise<Engine>) | undefined>)[name];
  if (make === undefined)
    throw new AutogradError(
      `device: no device "${name}"; there are auto, ${Object.keys(devices).join(", ")}`,
    );
  const found = engineCache.get(name);
  if (found !== undefined) return found;
  const engine = make();
  engineCache.set(name, engine);
  engine.catch(() => engineCache.delete(name));
  return engine;
};
