import { type Engine, resolveDevice } from "@waveft/autograd";
import { onnxEngine } from "@waveft/engine-onnx";
import { type LayerCase, layerErrors } from "../layer-check";

// What a page of Chromium runs: adapters and engines as a bundler puts them into one file.

const engines = new Map<string, Promise<Engine>>();
const engineOf = (device: string): Promise<Engine> => {
  const make = () => (device.startsWith("onnx:") ? onnxEngine(device.slice(5)) : resolveDevice(device));
  const engine = engines.get(device) ?? make();
  engines.set(device, engine);
  return engine;
};

export const check = async (device: string, layer: LayerCase): Promise<Record<string, number>> =>
  layerErrors(await engineOf(device), layer);
