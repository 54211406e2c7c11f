import { join } from "node:path";
import { compile, hostTensor, type Parameter, structureOf, type Tensor } from "@waveft/autograd";
import type { PreTrainedModel } from "@waveft/transformers";
import { getPeftModel, isAdaptedLinear, type MergeAdapterOptions, methods, PeftModel } from "../src";
import { goldenBase } from "./golden-models";

/** One call of `test/golden/api/state-machine.json`, as `reference/peft/make_states.py` writes it. */
export interface Call {
  readonly call: string;
  readonly adapter?: string;
  readonly adapters?: string | readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly phase?: number | null;
  readonly value?: boolean;
  readonly of?: string;
  /** Within `disableAdapter`. */
  readonly inside?: boolean;
}

export interface Sequence {
  readonly name: string;
  readonly base: string;
  readonly fault: string | null;
  readonly setup: readonly Call[];
  readonly steps: readonly (Call & PeftState)[];
}

/** What followed a call in PEFT. */
export interface PeftState {
  readonly raised: string | null;
  readonly warnings: number;
  readonly active: readonly string[] | null;
  readonly merged: readonly string[] | "irregular" | null;
  readonly enabled: boolean | null;
  readonly present: readonly string[] | null;
  readonly trainable: readonly string[];
  readonly training: boolean;
  readonly logits: {
    readonly sum: number;
    readonly norm: number;
    readonly entries: readonly number[];
  } | null;
}

/** The same of our model. */
export interface OurState {
  readonly raised: string | null;
  readonly warnings: readonly string[];
  readonly active: readonly string[] | null;
  readonly merged: readonly string[] | null;
  readonly enabled: boolean | null;
  readonly present: readonly string[] | null;
  readonly trainable: readonly string[];
  readonly training: boolean;
  /** Null where a number is not finite. */
  readonly logits: readonly number[] | null;
}

type Base = PreTrainedModel;
type Wrapped = PeftModel<Base>;
const isWrapped = (model: Base | Wrapped): model is Wrapped => model.kind === "PeftModel";

const camelCase = (key: string): string => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const camelFields = (options: Call["options"] = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

type PeftOptions = { isTrainable?: boolean; inferenceMode?: boolean } & MergeAdapterOptions;

/** Plays the calls of a sequence on our model. New wrappers are in train mode, as every new module of torch is. */
export class Session {
  readonly #name: string;
  readonly #folder: string;
  readonly #ids: readonly number[];
  #model: Base | Wrapped;
  #warnings: string[] = [];
  /** Ends the `disableAdapter` that is open. */
  #enable: (() => Promise<void>) | null = null;
  readonly #run: (
    ids: ReturnType<typeof hostTensor>,
    ...rest: ReturnType<typeof hostTensor>[]
  ) => Promise<{
    readonly data: ArrayLike<number>;
  }>;

  private constructor(base: Base, name: string, folder: string, ids: readonly number[]) {
    this.#model = base;
    this.#name = name;
    this.#folder = folder;
    this.#ids = ids;
    // One function for the whole sequence: its key must tell when a plan no longer fits.
    this.#run = compile(
      (inputIds: Tensor, positionIds: Tensor, segmentIds: Tensor) => {
        const forward = this.#model.forward as (inputs: object) => { logits: Tensor };
        return forward.call(this.#model, { inputIds, positionIds, segmentIds }).logits;
      },
      { device: "onnx:cpu", key: () => structureOf(this.#model) },
    );
  }

  static async open(name: string, folder: string, ids: readonly number[]): Promise<Session> {
    return new Session(await Session.#base(name), name, folder, ids);
  }

  static #base = (name: string): Promise<Base> => goldenBase({ model: name, dtype: "float32", share: [] });

  /** The wrapper, as long as there is one. */
  get model(): Wrapped {
    if (!isWrapped(this.#model)) throw new Error("the sequence has no PeftModel here");
    return this.#model;
  }

  /** Makes a call; the name of the error that it raised, or null. */
  async play(call: Call): Promise<string | null> {
    this.#warnings = [];
    try {
      if (call.inside && this.#enable === null) this.#disable();
      if (!call.inside && this.#enable !== null) await this.#enable();
      await this.#do(call);
      return null;
    } catch (error) {
      return (error as Error).name;
    }
  }

  async state(raised: string | null): Promise<OurState> {
    const model = this.#model;
    const { training } = model;
    const logits = await this.#logits();
    return {
      raised,
      warnings: this.#warnings,
      ...(isWrapped(model)
        ? {
            active: model.activeAdapters,
            merged: [...model.mergedAdapters].sort(),
            enabled: model.enabled,
            present: [...model.peftConfig.keys()],
          }
        : { active: null, merged: null, enabled: null, present: null }),
      trainable: this.#named()
        .filter(([, { requiresGrad }]) => requiresGrad)
        .map(([name]) => name)
        .sort(),
      training,
      logits,
    };
  }

  async close(): Promise<void> {
    await this.#enable?.();
  }

  #disable(): void {
    let end!: () => void;
    const body = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = this.model.disableAdapter(() => body);
    this.#enable = async () => {
      this.#enable = null;
      end();
      await done;
    };
  }

  async #do({ call, adapter = "default", adapters, options, of = "default", ...given }: Call): Promise<void> {
    const onWarning = (message: string) => this.#warnings.push(message);
    const fields = camelFields(options) as PeftOptions;
    const folderOf = (name: string) => (name === "default" ? this.#folder : join(this.#folder, name));
    switch (call) {
      case "getPeftModel":
        this.#model = getPeftModel(this.#model as Base, this.#config(given.config!), {
          adapterName: adapter,
          onWarning,
        }).train();
        break;
      case "fromPretrained":
        this.#model = await PeftModel.fromPretrained(await Session.#base(this.#name), this.#folder, {
          adapterName: adapter,
          onWarning,
          ...fields,
        });
        if (fields.isTrainable) this.#model.train();
        break;
      case "fill":
        return this.#fill(adapter, given.phase!);
      case "addAdapter":
        return this.model.addAdapter(adapter, this.#config(given.config!));
      case "setAdapter":
        return this.model.setAdapter(adapter, fields);
      case "setAdapters":
        return this.model.setAdapter(adapters!);
      case "setRequiresGrad":
        this.model.setRequiresGrad(adapters!, given.value);
        break;
      case "deleteAdapter":
        return this.model.deleteAdapter(adapter);
      case "mergeAdapter":
        return this.model.mergeAdapter(fields);
      case "unmergeAdapter":
        return this.model.unmergeAdapter();
      case "mergeAndUnload":
        this.#model = this.model.mergeAndUnload(fields);
        break;
      case "unload":
        this.#model = this.model.unload();
        break;
      case "train":
        this.model.train();
        break;
      case "save":
        return this.model.savePretrained(
          this.#folder,
          adapters === undefined ? {} : { selectedAdapters: adapters as string[] },
        );
      case "load":
        return this.model.loadAdapter(folderOf(of), adapter, { onWarning, ...fields });
      case "forward":
        await this.#logits();
        break;
      default:
        throw new Error(`no call "${call}"`);
    }
  }

  #config(fields: Readonly<Record<string, unknown>>) {
    const task = this.#name.endsWith("cls") ? "SEQ_CLS" : "CAUSAL_LM";
    const { peft_type: peftType = "WAVEFT", ...rest } = fields;
    const json = { task_type: task, ...rest };
    return methods[peftType as keyof typeof methods].configFromJson(json);
  }

  /** All parameters by PEFT's names, without `base_model.model.`. */
  #named(): [string, Parameter][] {
    const model = this.#model;
    const copies = new Map<Parameter, string>();
    if (isWrapped(model))
      for (const adapter of model.peftConfig.keys())
        for (const [full, { parameter, module }] of model.savedModules.of(adapter))
          copies.set(parameter, `${module}.modules_to_save.${adapter}${full.slice(module.length)}`);
    return Array.from(model.namedParameters(), ([name, parameter]) => [
      copies.get(parameter) ?? peftName(name),
      parameter,
    ]);
  }

  /** See `fill` in make_states.py. */
  #fill(adapter: string, phase: number | null): void {
    const mine = this.#named()
      .filter(([name]) => name.includes(`.${adapter}.`) || name.endsWith(`.${adapter}`))
      .map(([name, parameter]) => ({ key: fileKey(name, adapter), parameter }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    mine.forEach(({ parameter }, k) => {
      parameter.data = (parameter.data as Float32Array).map((_, i) =>
        phase === null ? Number.NaN : 0.05 * Math.sin(i + 1.7 * k + phase),
      );
    });
  }

  async #logits(): Promise<readonly number[] | null> {
    const { training } = this.#model;
    this.#model.eval();
    const { length } = this.#ids;
    const row = (values: readonly number[]) => hostTensor(Int32Array.from(values), [1, length]);
    const { data } = await this.#run(
      row(this.#ids),
      row(this.#ids.map((_, i) => i)),
      row(this.#ids.map(() => 1)),
    );
    this.#model.train(training);
    const logits = Array.from(data);
    return logits.every(Number.isFinite) ? logits : null;
  }
}

/** `…q_proj.adapter_parameters.b.lora_A.weight` is PEFT's `…q_proj.lora_A.b.weight`. */
const peftName = (name: string): string =>
  name.replace(/^base_model\.model\./, "").replace(/\.adapter_parameters\.([^.]+)\.([^.]+)/, ".$2.$1");

const fileKey = (name: string, adapter: string): string =>
  name
    .replace(`.modules_to_save.${adapter}.`, ".")
    .replace(`.${adapter}.`, ".")
    .replace(new RegExp(`\\.${adapter}$`), "");

/** The model's layers that have adapters. */
export const adaptedNames = (model: Wrapped): string[] =>
  [...model.model.namedModules()].flatMap(([name, module]) => (isAdaptedLinear(module) ? [name] : []));
