import type { Device, DType } from "@waveft/autograd";
import { PeftError } from "./errors";
import { shown } from "./field-types";
import type { LayerAdapter, Strategy } from "./method";

/** What a user may ask for; `auto` takes what costs least. */
export type StrategyChoice = Strategy | "auto";

const choices: readonly StrategyChoice[] = ["auto", "merged", "factored"];

export const checkedStrategy = (given: StrategyChoice): StrategyChoice => {
  if (choices.includes(given)) return given;
  throw new PeftError(`peft: strategy is ${shown(given)}; give one of ${choices.join(", ")}`);
};

/** Devices that read weights where they lie on the host: changing some entries there costs nothing more. */
const hostDevices: readonly string[] = ["onnx:cpu", "gpu:cpu", "gpu:webasm"];

/** `auto` in Node is a processor; in browsers it is a GPU where there is one. */
const isHost = (device: Device | undefined): boolean => {
  const name = typeof device === "object" ? device.name : (device ?? "auto");
  return name === "auto" ? globalThis.process?.versions?.node !== undefined : hostDevices.includes(name);
};

/** What of a model decides the strategy of its layers: for keys of plans. */
export const strategyKey = (choice: StrategyChoice, device: Device | undefined): string =>
  choice === "auto" && isHost(device) ? "auto on the host" : choice;

/**
 * The strategy of one layer. Where its weight is no matrix it is `factored`, whatever was asked for. On GPUs, and over weights in half precision, `factored`: the merged weight would be sent
 * at each step, or kept in float32.
 */
export const strategyFor = (
  choice: StrategyChoice,
  {
    device,
    dtype,
    tokens,
    adapters,
  }: {
    readonly device: Device | undefined;
    /** Of the stored weight; null where there is none that ΔW could be added to. */
    readonly dtype: DType | null;
    /** null where all adapters are frozen. */
    readonly tokens: number | null;
    readonly adapters: readonly LayerAdapter[];
  },
): Strategy => {
  if (dtype === null) return "factored";
  if (choice !== "auto") return choice;
  if (dtype !== "float32" || !isHost(device)) return "factored";
  const isMerged = (adapter: LayerAdapter) => adapter.choose(tokens).strategy === "merged";
  return adapters.every(isMerged) ? "merged" : "factored";
};
