import { describe, expect, test } from "vitest";
import {
  Dropout,
  DropoutSeed,
  Embedding,
  type HostTensor,
  hostTensor,
  inEvalMode,
  isModule,
  LayerNorm,
  Linear,
  Module,
  Parameter,
  relu,
  Sequential,
  sizeOf,
  structureOf,
  type Tensor,
} from "../src";

const vector = (...values: number[]) => new Parameter(hostTensor(values, [values.length]));

class Block extends Module {
  override readonly kind = "Block";
  selfAttn = new Linear(2, 3);
  layers = [new Linear(3, 1), new Linear(3, 1, { bias: false })];
  shared = this.selfAttn.weight;

  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Everything that may hold a part, and much that may not. */
class Cupboard extends Module {
  override readonly kind = "Cupboard";
  readonly scales = [vector(1), [vector(2)]];
  readonly heads = { queryHead: new Linear(1, 1, { bias: false }), more: { last: vector(3) } };
  readonly byName = new Map<string, Module>([["camelCase", new Linear(1, 1, { bias: false })]]);
  readonly Wqkv = new Linear(1, 1, { bias: false });
  readonly A_log = vector(4);
  readonly absent: Linear | null = null;
  readonly config = { numbers: [1, 2], nested: { name: "x" }, itself: {} };
  readonly seed = new DropoutSeed();
  readonly data = new Float32Array(2);
  readonly #hidden = vector(5);

  constructor() {
    super();
    this.config.itself = this.config;
  }

  get hidden(): Parameter {
    return this.#hidden;
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const names = (entries: Iterable<readonly [name: string, value: unknown]>) =>
  Array.from(entries, ([name]) => name);

/** A state of one number everywhere. */
const filled = (module: Module, value: number): Map<string, HostTensor> =>
  new Map(
    Array.from(module.stateDict(), ([name, { shape }]) => [
      name,
      hostTensor(new Float32Array(sizeOf(shape)).fill(value), shape),
    ]),
  );

describe("names", () => {
  test("are the properties', as checkpoints spell them; what is shared has its first", () => {
    const block = new Block();
    expect(names(block.namedParameters())).toEqual([
      "shared",
      "self_attn.bias",
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
    ]);
    expect(block.parameters()).toHaveLength(5);
    expect(block.stateDict().get("self_attn.weight")).toBe(block.shared);
  });

  test("lead into arrays, records and maps, and nowhere else", () => {
    const cupboard = new Cupboard();
    expect(names(cupboard.namedParameters())).toEqual([
      "scales.0",
      "scales.1.0",
      "heads.more.last",
      "A_log",
      "heads.query_head.weight",
      "by_name.camelCase.weight",
      "Wqkv.weight",
    ]);
    expect(names(cupboard.children())).toEqual(["heads.query_head", "by_name.camelCase", "Wqkv"]);
    for (const [name, parameter] of cupboard.namedParameters())
      expect(cupboard.getParameter(name)).toBe(parameter);
  });

  test("in a sequence are the places, functions counted", () => {
    const model = new Sequential(new Linear(2, 3), relu, new Sequential(new Linear(3, 1, { bias: false })));
    expect(names(model.namedParameters())).toEqual(["0.weight", "0.bias", "2.0.weight"]);
    expect(model.toString()).toBe("Sequential\n  0: Linear\n  2: Sequential\n    2.0: Linear");
  });

  test("of two parameters must differ", () => {
    const module = Object.assign(new Block(), { qProj: vector(1), q_proj: vector(2) });
    expect(() => module.stateDict()).toThrow(
      'module: two parameters of Block are named "q_proj"; rename one',
    );
  });
});

describe("parts", () => {
  test("are found and replaced, wherever they stand", () => {
    const holders: readonly [module: Module, name: string][] = [
      [new Block(), "self_attn"],
      [new Block(), "layers.1"],
      [new Cupboard(), "heads.query_head"],
      [new Cupboard(), "by_name.camelCase"],
      [new Sequential(relu, new Sequential(new Linear(1, 1))), "1.0"],
    ];
    for (const [module, name] of holders) {
      const before = module.getSubmodule(name);
      const other = new Embedding(1, 1);
      module.setSubmodule(name, other);
      expect(before.kind).toBe("Linear");
      expect(module.getSubmodule(name)).toBe(other);
      expect(names(module.namedModules()).filter((each) => each === name)).toHaveLength(1);
    }
  });

  test("that do not exist are named in full", () => {
    const block = new Block();
    expect(() => block.getSubmodule("layers.2")).toThrow('module: no submodule "layers.2" in Block');
    expect(() => block.getSubmodule("layers.0.inner")).toThrow('no submodule "layers.0.inner" in Block');
    expect(() => block.getSubmodule("shared")).toThrow('no submodule "shared"');
    expect(() => block.getParameter("layers.0")).toThrow('module: no parameter "layers.0" in Block');
    expect(() => block.setSubmodule("", block)).toThrow('no submodule ""');
    expect(block.getSubmodule("")).toBe(block);
    expect(isModule(block.layers[0])).toBe(true);
    expect(isModule(block.shared)).toBe(false);
  });

  test("under two names are one module, loaded and replaced by either", () => {
    const layer = new Linear(1, 1, { bias: false });
    const model = Object.assign(new Block(), { first: layer, second: layer });
    expect(names(model.namedModules())).not.toContain("second");
    expect(names(model.namedModules({ duplicates: true }))).toContain("second");
    expect(model.stateDict().get("second.weight")).toBe(model.stateDict().get("first.weight"));
    model.setSubmodule("second", new Linear(1, 1));
    expect(model.first).toBe(layer);
    expect(model.second).not.toBe(layer);
  });

  test("must not hold themselves, but may know their parents in private", () => {
    const parent = new Block();
    const model = Object.assign(new Block(), { inner: Object.assign(new Block(), { parent }) });
    Object.assign(parent, { model });
    expect(() => model.stateDict()).toThrow(
      "module: inner.parent.model is a Block that holds itself; keep references to parents in #private fields",
    );
  });
});

describe("modes", () => {
  test("train, eval and requiresGrad reach all parts, and a plan's key hears of them", () => {
    const model = new Sequential(new Block(), relu, new Cupboard());
    const modes = () => new Set(Array.from(model.namedModules(), ([, { training }]) => training));
    const before = structureOf(model);
    expect(modes()).toEqual(new Set([false]));
    expect(modes.call(model.train())).toEqual(new Set([true]));
    expect(structureOf(model)).not.toBe(before);
    model.eval();
    expect(modes()).toEqual(new Set([false]));
    expect(structureOf(model)).toBe(before);
    model.setRequiresGrad(false);
    expect(model.parameters().some(({ requiresGrad }) => requiresGrad)).toBe(false);
  });

  test("eval mode may be asked for at once, whatever mode the parts are in, also where the work throws", () => {
    const model = new Sequential(new Block(), relu).train();
    const isTraining = () => model.training;
    const before = structureOf(model);
    expect(inEvalMode(() => [isTraining(), inEvalMode(isTraining), isTraining()])).toEqual([
      false,
      false,
      false,
    ]);
    expect(inEvalMode(() => structureOf(model))).toBe(
      structureOf(new Sequential(model).eval().at(0) as Module),
    );
    model.train();
    expect(() =>
      inEvalMode(() => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(isTraining()).toBe(true);
    expect(structureOf(model)).toBe(before);
  });

  test("a layer in another's place is another structure, also where neither has parameters", () => {
    const seed = new DropoutSeed();
    const model = new Sequential(new Dropout(0.1, seed), new Linear(1, 1));
    const before = structureOf(model);
    const first = model.getSubmodule("0");
    model.setSubmodule("0", new Dropout(0.5, seed));
    expect(structureOf(model)).not.toBe(before);
    model.setSubmodule("0", first);
    expect(structureOf(model)).toBe(before);
  });

  test("a function is applied once to each module, children first", () => {
    const block = new Block();
    const model = new Sequential(block, new Sequential(block), new LayerNorm(1));
    const seen: string[] = [];
    model.apply(({ kind }) => void seen.push(kind));
    expect(seen).toEqual(["Linear", "Linear", "Linear", "Block", "Sequential", "LayerNorm", "Sequential"]);
  });
});

describe("a state dict", () => {
  const valuesOf = (module: Module) => module.parameters().flatMap(({ data }) => Array.from(data));

  test("goes from one model to another as a copy", () => {
    const [source, target] = [new Block(), new Block()];
    source.loadStateDict(filled(source, 2));
    const versions = target.parameters().map(({ version }) => version);
    expect(target.loadStateDict(source.stateDict())).toEqual({ missing: [], unknown: [] });
    expect(valuesOf(target)).toEqual(valuesOf(source));
    expect(new Set(valuesOf(target))).toEqual(new Set([2]));
    source.shared.data[0] = 7;
    expect(target.shared.data[0]).toBe(2);
    expect(target.parameters().every(({ version }, i) => version > versions[i]!)).toBe(true);
  });

  test("is loaded whole or not at all", () => {
    const block = new Block();
    const wrong: readonly [name: string, value: HostTensor, message: string][] = [
      [
        "layers.0.bias",
        hostTensor(new Float32Array(2), [2]),
        "loadStateDict: layers.0.bias is float32[2]; the model has float32[1]; shapes and dtypes must agree",
      ],
      [
        "layers.0.bias",
        hostTensor(new Uint16Array(1), [1], "bfloat16"),
        "loadStateDict: layers.0.bias is bfloat16[1]; the model has float32[1]",
      ],
      [
        "layers.0.bias",
        { data: new Float32Array(3), shape: [1], dtype: "float32" },
        "loadStateDict: layers.0.bias is float32[1] but holds Float32Array(3)",
      ],
      ["foreign", hostTensor([1], [1]), "loadStateDict: missing none; unknown foreign; names must agree"],
    ];
    for (const [name, value, message] of wrong) {
      const state = filled(block, 9).set(name, value);
      expect(() => block.loadStateDict(state)).toThrow(message);
      expect(new Set(valuesOf(block))).toEqual(new Set([0]));
    }
    const state = filled(block, 9);
    state.delete("layers.0.bias");
    expect(() => block.loadStateDict(state)).toThrow("missing layers.0.bias; unknown none");
  });

  test("needs a shared parameter under one of its names only", () => {
    const block = new Block();
    const state = filled(block, 1);
    state.delete("shared");
    block.loadStateDict(state);
    expect(new Set(valuesOf(block))).toEqual(new Set([1]));
  });

  test("that does not agree is loaded as far as it goes where that is wanted", () => {
    const block = new Block();
    const state = filled(block, 1).set("foreign", hostTensor([1], [1]));
    state.delete("layers.0.bias");
    expect(block.loadStateDict(state, { strict: false })).toEqual({
      missing: ["layers.0.bias"],
      unknown: ["foreign"],
    });
    expect(block.layers[0]!.bias!.data[0]).toBe(0);
    expect(block.layers[0]!.weight.data[0]).toBe(1);
  });

  test("of a whole other model is refused in one line", () => {
    const deep = new Sequential(...Array.from({ length: 30 }, () => new Linear(1, 1)));
    expect(() => deep.loadStateDict(new Map())).toThrow(
      "missing 0.weight, 0.bias, 1.weight, 1.bias, 2.weight, 2.bias, 3.weight, 3.bias and 52 more; unknown none",
    );
  });
});
