import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, type Device, type Hosted, hostTensor } from "@waveft/autograd";
import { bytesSource, openSafetensors, serializeSafetensors, type TensorData } from "@waveft/safetensors";
import type { CausalLM, CausalLMInputs, FileSet } from "../../src/index";

export const golden = (name: string): string => fileURLToPath(new URL(`../golden/${name}`, import.meta.url));

export const readGoldenJson = (name: string) => JSON.parse(readFileSync(golden(name), "utf8"));

/** All tensors of a golden file. */
export const readTensors = async (name: string): Promise<Map<string, TensorData>> => {
  const file = await openSafetensors(bytesSource(readFileSync(golden(name))));
  const entries = [...file.tensors.keys()].map(async (key) => [key, await file.read(key)] as const);
  return new Map(await Promise.all(entries));
};

/** A model's files in memory: objects become JSON, tensors `model.safetensors`. */
export const memoryFiles = (
  files: Record<string, object | string>,
  tensors?: Map<string, TensorData>,
): FileSet => {
  const bytes = new Map<string, Uint8Array>(
    Object.entries(files).map(([name, value]) => [
      name,
      new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)),
    ]),
  );
  if (tensors !== undefined) bytes.set("model.safetensors", Buffer.concat(serializeSafetensors(tensors)));
  return {
    name: "memory",
    has: (file) => bytes.has(file),
    open: async (file) => bytesSource(bytes.get(file)!, file),
  };
};

export const numbers = (tensor: TensorData): number[] => Array.from(tensor.data as ArrayLike<number>, Number);

/** The inputs of padded rows: each row's real tokens are one segment with positions from 0. */
export const maskedInputs = (ids: readonly number[], mask: readonly number[], length: number) => {
  const positions: number[] = [];
  mask.forEach((real, i) => {
    positions.push(i % length === 0 || real === 0 ? 0 : positions[i - 1]! + mask[i - 1]!);
  });
  return packedInputs(ids, positions, mask, length);
};

export const packedInputs = (
  ids: readonly number[],
  positions: readonly number[],
  segments: readonly number[],
  length: number,
): Hosted<CausalLMInputs> => {
  const tensor = (values: readonly number[]) =>
    hostTensor(Int32Array.from(values), [ids.length / length, length]);
  return { inputIds: tensor(ids), positionIds: tensor(positions), segmentIds: tensor(segments) };
};

/** The model's logits as a compiled function. */
export const logitsOf = (model: CausalLM, device: Device) => {
  const run = compile((inputs: CausalLMInputs) => model.forward(inputs).logits, { device });
  return async (inputs: Hosted<CausalLMInputs>) => (await run(inputs)).data as Float32Array;
};
