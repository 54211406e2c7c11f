import { type Parameter, parameterOfZeros, sameShape, showShape } from "@waveft/autograd";
import {
  bfloat16ToFloat32,
  type Dtype,
  float32ToBfloat16,
  float32ToFloat16,
  type TensorData,
  toFloat32,
} from "@waveft/safetensors";
import type { Checkpoint } from "../checkpoint";
import { type PretrainedConfig, type WeightDType, weightDTypes } from "../config";
import { TransformersError } from "../errors";
import type { Architecture } from "../models/architecture";
import type { PreTrainedModel } from "../models/pretrained-model";
import { initialize } from "./initialize";

/** Storage types that hold weights, and how they are kept here unless told otherwise. */
const floats: Partial<Record<Dtype, WeightDType>> = {
  F64: "float32",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
};

/** Refuses a dtype that weights cannot be stored in. */
export const checkDType = (asked: unknown, allowed: readonly string[] = ["auto", ...weightDTypes]): void => {
  if (!(allowed as readonly unknown[]).includes(asked))
    throw new TransformersError(`dtype ${JSON.stringify(asked)} is not known; give ${allowed.join(", ")}`);
};

/** The dtype asked for; for `auto`, what the configuration says, else the checkpoint's first weight. */
export const resolveDType = (
  asked: WeightDType | "auto",
  config: PretrainedConfig,
  checkpoint: Checkpoint,
): WeightDType => {
  if (asked !== "auto") return asked;
  const first = checkpoint.names().find((name) => floats[checkpoint.info(name).dtype] !== undefined);
  return config.dtype ?? (first === undefined ? "float32" : floats[checkpoint.info(first).dtype]!);
};

interface LoadContext {
  readonly architecture: Architecture;
  readonly onWarning: (message: string) => void;
  /** Of weights that the checkpoint does not have. */
  readonly seed: number;
}

/**
 * Fills the model's parameters from a checkpoint, one after the other, rounding once where the dtype is narrower.
 * Names may lack the base model's prefix. Rejects with one `TransformersError` for all that is missing or of
 * another shape, before anything is read; warns of tensors that the model does not have, and of a head that the
 * checkpoint lacks, which is drawn anew.
 */
export const loadWeights = async (
  model: PreTrainedModel,
  checkpoint: Checkpoint,
  { architecture, onWarning, seed }: LoadContext,
): Promise<void> => {
  const owner = model.config.nameOrPath;
  const own = model.stateDict();
  const { sources, unexpected } = matchNames(new Set(own.keys()), checkpoint, architecture);
  const fresh = new Set(newWeights(model, [...own.keys()], sources));
  checkFit(own, sources, checkpoint, owner, fresh);
  if (unexpected.length > 0)
    onWarning(`${owner}: the checkpoint has tensors that the model does not have: ${list(unexpected)}`);
  if (fresh.size > 0) {
    initialize(model, seed, (name) => fresh.has(name));
    onWarning(
      `${owner}: the checkpoint lacks ${list([...fresh])}; new ones are drawn, which training must fit first`,
    );
  }
  const loaded = new Set<Parameter>();
  for (const [name, parameter] of own) {
    const source = sources.get(name);
    if (source === undefined) continue;
    const data = convert(await checkpoint.read(source), model.dtype);
    if (!loaded.has(parameter)) parameter.data = data;
    else if (!sameNumbers(parameter.data, data)) {
      // As Python does: the configuration is wrong about this checkpoint.
      onWarning(`${owner}: ${name} differs from the weight that config.json ties it to; they are kept apart`);
      untied(model, name).data = data;
    }
    loaded.add(parameter);
  }
};

/** What a checkpoint that was made for another task lacks of the head. */
const newWeights = (
  model: PreTrainedModel,
  names: readonly string[],
  sources: ReadonlyMap<string, string>,
): string[] => {
  const [head, ...others] = model.newLayers;
  const of = (layer: string) => names.filter((name) => name.startsWith(`${layer}.`));
  if (head === undefined || of(head).some((name) => sources.has(name))) return [];
  return [head, ...others].flatMap(of).filter((name) => !sources.has(name));
};

/** Gives the layer that holds a tied parameter one of its own, of zeros. */
const untied = (model: PreTrainedModel, name: string): Parameter => {
  const dot = name.lastIndexOf(".");
  const parameter = parameterOfZeros(model.getParameter(name).shape, model.dtype);
  Object.assign(model.getSubmodule(name.slice(0, dot)), { [name.slice(dot + 1)]: parameter });
  return parameter;
};

/** Which tensor of the checkpoint goes to which parameter, by name. */
const matchNames = (own: ReadonlySet<string>, checkpoint: Checkpoint, architecture: Architecture) => {
  const sources = new Map<string, string>();
  const unexpected: string[] = [];
  const names = checkpoint.names();
  for (const name of names) if (own.has(name)) sources.set(name, name);
  for (const name of names) {
    if (sources.has(name) || architecture.ignoredTensors?.test(name)) continue;
    const today = architecture.renamedTensor?.(name) ?? name;
    const full = [today, `${architecture.baseModelPrefix}.${today}`].find(
      (candidate) => own.has(candidate) && !sources.has(candidate),
    );
    if (full === undefined) unexpected.push(name);
    else sources.set(full, name);
  }
  return { sources, unexpected };
};

const checkFit = (
  own: ReadonlyMap<string, Parameter>,
  sources: ReadonlyMap<string, string>,
  checkpoint: Checkpoint,
  owner: string,
  fresh: ReadonlySet<string>,
): void => {
  const found = new Set([...sources.keys(), ...fresh].map((name) => own.get(name)!));
  // A tied weight is there when one of its names is; the first is named.
  const missing = new Map<Parameter, string>();
  for (const [name, parameter] of own)
    if (!found.has(parameter) && !missing.has(parameter)) missing.set(parameter, name);
  const wrong = [...sources].flatMap(([name, source]) => {
    const { shape, dtype } = checkpoint.info(source);
    const expected = own.get(name)!.shape;
    if (floats[dtype] === undefined) return [`${source} holds ${dtype}, not floating-point numbers`];
    return sameShape(shape, expected)
      ? []
      : [`${source} is ${showShape(shape)} instead of ${showShape(expected)}`];
  });
  const faults: string[] = [];
  if (missing.size > 0) faults.push(`missing: ${list([...missing.values()])}`);
  if (wrong.length > 0) faults.push(`mismatched: ${list(wrong)}`);
  if (faults.length > 0)
    throw new TransformersError(`${owner}: the checkpoint does not fit config.json; ${faults.join("; ")}`);
};

const list = (names: readonly string[]): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 6).join(", ")} and ${names.length - 6} more`;

/** Data of a checkpoint as it is stored here: its own memory where the dtype agrees, else rounded to nearest even. */
const convert = (tensor: TensorData, dtype: WeightDType): Float32Array | Uint16Array => {
  if (floats[tensor.dtype] === dtype && tensor.dtype !== "F64")
    return tensor.data as Float32Array | Uint16Array;
  const values = tensor.dtype === "BF16" ? bfloat16ToFloat32(tensor.data) : toFloat32(tensor);
  if (dtype === "float16") return float32ToFloat16(values);
  return dtype === "bfloat16" ? float32ToBfloat16(values) : values;
};

const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
