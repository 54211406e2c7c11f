import type { HostTensor, Tensor } from "../src";
import { resolveDevice } from "../src";
import { runOnce } from "./op-cases";

/** The devices that are everywhere where the tests run. */
export const devices = ["gpu:cpu", "gpu:webasm", "onnx:cpu"] as const;

/** Runs a graph once on a device. */
export const runOn = async (
  device: (typeof devices)[number],
  feeds: readonly HostTensor[],
  build: (...inputs: Tensor[]) => readonly Tensor[],
): Promise<HostTensor[]> => runOnce(await resolveDevice(device), feeds, build);

/** Numbers between −1 and 1 that look random, the same for a seed. */
export const draws = (size: number, seed: number): Float32Array => {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state ^ (state >>> 15)) / 2 ** 31;
  });
};
