import type { Call } from "./session";

/** What follows a call here and not in PEFT. */
interface OwnState {
  readonly raises?: boolean;
  readonly active?: readonly string[];
  readonly merged?: readonly string[];
  readonly enabled?: boolean;
  readonly present?: readonly string[];
  /** Ends of names, sorted, the same ones of several layers once. */
  readonly trainable?: readonly string[];
  /** The logits are those of a new model after these calls. */
  readonly logitsAfter?: readonly Call[];
}

interface Difference {
  readonly why: string;
  /** By the step. */
  readonly at: Readonly<Record<number, OwnState>>;
}

const SECOND = {
  n_frequency: 6,
  target_modules: ["v_proj", "fc1"],
  wavelet_family: "db2",
  random_loc_seed: 5,
};
const get = (config: object = { n_frequency: 10 }, adapter = "default"): Call => ({
  call: "getPeftModel",
  config: config as Record<string, unknown>,
  adapter,
});
const fill = (adapter: string, phase: number): Call => ({ call: "fill", adapter, phase });
const bare = [get()];
const one = [get(), fill("default", 0)];
const onlyB = [get(SECOND, "b"), fill("b", 1)];
const both: readonly Call[] = [...one, { call: "addAdapter", adapter: "b", config: SECOND }, fill("b", 1)];
const mergedB: readonly Call[] = [...both, { call: "mergeAdapter", options: { adapter_names: ["b"] } }];
const tied = [get({ n_frequency: 9, target_modules: ["lm_head", "q_proj"] }), fill("default", 0)];
const trainedOf = (adapter: string, ...layers: string[]) =>
  layers.map((layer) => `${layer}.waveft_spectrum.${adapter}`);
const usable = { merged: [], enabled: true };

/** Where this package does something else than PEFT on purpose, by sequence; the reasons are the table's. */
export const differences: Readonly<Record<string, Difference>> = {
  "set_adapter of what does not exist": {
    why: "setAdapter takes one name or several, and refuses what does not exist",
    at: {
      1: { raises: true, active: ["default"] },
      2: {
        raises: false,
        active: ["default", "b"],
        trainable: [
          ...trainedOf("b", "fc1"),
          ...trainedOf("default", "q_proj"),
          "v_proj.waveft_spectrum.b",
          "v_proj.waveft_spectrum.default",
        ],
        logitsAfter: [...both, { call: "setAdapters", adapters: ["default", "b"] }],
      },
    },
  },
  set_requires_grad: {
    why: "a name that does not exist is an error, not passed over",
    at: { 2: { raises: true } },
  },
  "another method": {
    why: "adapters of different methods stand in one model; each has its own file",
    at: { 0: { raises: false, present: ["default", "b", "c"] } },
  },
  "a name with a dot": {
    why: "refused, and the model stays usable",
    at: { 0: { ...usable, active: ["default"], present: ["default"] } },
  },
  "an empty name": {
    why: "refused, and the model stays usable",
    at: { 0: { ...usable, active: ["default"], present: ["default"] } },
  },
  "a second adapter with biases": {
    why: "biases train while the adapter that trains them acts, and no longer",
    at: { 4: { trainable: trainedOf("c", "fc1", "v_proj") } },
  },
  "biases of the second adapter": {
    why: "biases train while the adapter that trains them acts, whether it is the first or not",
    at: {
      4: {
        trainable: [
          "fc1.base_layer.bias",
          "fc1.waveft_spectrum.b",
          "v_proj.base_layer.bias",
          "v_proj.waveft_spectrum.b",
        ],
      },
    },
  },
  "deleting an adapter that does not act": {
    why: "when the one that acts is deleted, the first of the others by the alphabet acts everywhere",
    at: { 2: { ...usable, active: ["b"], present: ["b"], logitsAfter: bare } },
  },
  "deleting the one that acts": {
    why: "when the one that acts is deleted, the first of the others by the alphabet acts everywhere; after the last one the base model's own logits come out",
    at: {
      0: { trainable: trainedOf("b", "fc1", "v_proj"), logitsAfter: onlyB },
      1: {
        ...usable,
        active: ["c"],
        present: ["c"],
        logitsAfter: [get({ n_frequency: 10, target_modules: ["q_proj"] }, "c"), fill("c", 2)],
      },
      2: { ...usable, active: [], present: [], logitsAfter: bare },
      3: { ...usable, active: [], present: ["d"], logitsAfter: bare },
      4: { ...usable, active: [], present: ["d"], logitsAfter: bare },
    },
  },
  "the next one is the first by the alphabet, layer by layer": {
    why: "one adapter acts in all layers",
    at: Object.fromEntries(
      [6, 7].map((step) => [
        step,
        {
          active: ["x"],
          trainable: trainedOf("x", "fc1"),
          logitsAfter: [get({ n_frequency: 4, target_modules: ["fc1"] }, "x"), fill("x", 2)],
        },
      ]),
    ),
  },
  "merging by a wrong name": {
    why: "a name that does not exist is an error, not passed over; one name need not be in a list",
    at: {
      0: { raises: true },
      1: { raises: false, merged: ["b"], logitsAfter: mergedB },
      2: { merged: ["b"], logitsAfter: mergedB },
    },
  },
  "merged, one is added and filled": {
    why: "adding an adapter leaves those that are merged as they are",
    at: { 1: { merged: ["default"] }, 2: { merged: ["default"] } },
  },
  "merged, one is deleted": {
    why: "after the last adapter is deleted the base model's own logits come out",
    at: { 4: { ...usable, active: [], present: [], logitsAfter: bare } },
  },
  "merged, then filled": {
    why: "unmerging puts the weight's old bits back, whatever the adapter holds by then",
    at: { 2: { logitsAfter: [get(), fill("default", 4)] } },
  },
  "merged, then saved and loaded over": {
    why: "values loaded over a merged adapter act: it is unmerged first, with a warning",
    at: { 3: { merged: [], logitsAfter: one }, 4: { logitsAfter: one } },
  },
  "disabled with biases": {
    why: "nothing trains while adapters are disabled",
    at: { 2: { trainable: [] } },
  },
  "disabled, merged": {
    why: "merging while adapters are disabled is an error: it would change what the bare model gives",
    at: { 0: { raises: true, merged: [] } },
  },
  "unloaded while merged": {
    why: "unload gives the model back as it was",
    at: { 1: { logitsAfter: bare } },
  },
  "wrapped twice": {
    why: "a model that has adapters is refused, instead of two wrappers that do not know of each other",
    at: {
      0: {
        raises: true,
        active: ["default"],
        present: ["default"],
        trainable: trainedOf("default", "q_proj", "v_proj"),
        logitsAfter: one,
      },
    },
  },
  "a classifier": {
    why: "merging leaves the classifier, which has no ΔW, out of account; a deleted adapter is replaced in all layers",
    at: {
      8: { merged: ["default"] },
      10: {
        ...usable,
        active: ["b"],
        present: ["b"],
        trainable: ["dense.waveft_spectrum.b", "modules_to_save.b.bias", "modules_to_save.b.weight"],
        logitsAfter: [get({ n_frequency: 4, target_modules: ["dense"] }, "b"), fill("b", 1)],
      },
      11: { logitsAfter: [get({ n_frequency: 4, target_modules: ["dense"] }, "b"), fill("b", 1)] },
    },
  },
  "a module of the first adapter only": {
    why: "modules that are trained whole are no part of merging, and stay as frozen as the rest when the adapter is gone",
    at: { 7: { merged: ["default"] }, 8: { trainable: [] } },
  },
  "llama, a tied head: merged and unmerged": {
    why: "merging into a tied head leaves the embedding alone, as training does",
    at: { 2: { logitsAfter: tied }, 4: { logitsAfter: tied } },
  },
};
