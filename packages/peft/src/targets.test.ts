import { describe, expect, test } from "vitest";
import { golden, newModel, readJson, snapshot } from "../test/support";
import {
  type AdaptedLinear,
  getPeftModel,
  isAdaptedLinear,
  isPeftError,
  type PeftModel,
  WaveFTConfig,
} from "./index";
import { findTargets, patternValue } from "./targets";

interface Case {
  readonly model: string;
  readonly config: Record<string, unknown>;
  /** Coefficients of each adapted layer. */
  readonly layers?: Readonly<Record<string, number>>;
  /** `target_modules` as PEFT saves them. */
  readonly saved?: readonly string[] | string;
  readonly unused_excludes?: boolean;
  readonly error?: string;
}

const { models, cases } = readJson<{
  models: Record<string, Record<string, unknown>>;
  cases: readonly Case[];
}>(golden("targets.json"));

const attempt = <T>(body: () => T): T | Error => {
  try {
    return body();
  } catch (error) {
    return error as Error;
  }
};

const spectrumOf = (layer: AdaptedLinear) => layer.adapters.get("default")!.parameters.waveft_spectrum!;
const sorted = (targets: unknown): unknown => (Array.isArray(targets) ? [...targets].sort() : targets);

test.each(cases.map((row) => [row.model, JSON.stringify(row.config).slice(0, 150), row] as const))(
  "%s %s: PEFT's layers, targets and warning, or an error that changes nothing",
  (_, _text, { model, config, layers, saved, unused_excludes, error }) => {
    const base = newModel(models[model]!);
    const before = snapshot(base);
    const warnings: string[] = [];
    const result = attempt(() =>
      getPeftModel(base, WaveFTConfig.fromJson(config), { onWarning: (message) => warnings.push(message) }),
    );
    if (error === undefined) {
      const adapted = Array.from(base.namedModules()).flatMap(([name, module]) =>
        isAdaptedLinear(module) ? [[name, spectrumOf(module).shape[0]]] : [],
      );
      expect(Object.fromEntries(adapted)).toEqual(layers);
      const { targetModules } = (result as PeftModel).peftConfig.get("default")!;
      expect(sorted(targetModules)).toEqual(sorted(saved));
      expect(warnings.some((warning) => warning.includes("excludeModules"))).toBe(unused_excludes);
    } else {
      expect(isPeftError(result)).toBe(true);
      expect(snapshot(base)).toBe(before);
    }
  },
);

describe("what matches nothing is told", () => {
  const message = (fields: ConstructorParameters<typeof WaveFTConfig>[0]): string => {
    const result = attempt(() =>
      getPeftModel(newModel(models.post3!), new WaveFTConfig({ nFrequency: 5, ...fields })),
    );
    return (result as Error).message;
  };
  const layers = "k_proj, v_proj, q_proj, out_proj, fc1, fc2";

  test("names that are not there: those that are", () => {
    expect(message({ targetModules: ["query"] })).toContain(
      "[query] match no layer of this model; its linear layers are",
    );
    expect(message({ targetModules: ["query"] })).toContain(layers);
    expect(message({ targetModules: "q_proj" })).toContain('"q_proj" match no layer');
  });

  test("exclusions, block indices and empty lists", () => {
    expect(message({ targetModules: ["fc1"], excludeModules: ["fc1"] })).toContain(
      "left out by excludeModules",
    );
    expect(message({ targetModules: ["fc1"], layersToTransform: [9] })).toContain("layersToTransform");
    expect(message({ targetModules: [] })).toContain("targetModules is empty");
  });

  test("modules of other kinds, broken patterns, unknown model types", () => {
    expect(message({ targetModules: ["embed_tokens"] })).toContain(
      "embed_tokens is of kind Embedding; only Linear layers",
    );
    expect(message({ targetModules: "(" })).toContain("not a valid regular expression");
  });
});

test("a downloaded config's patterns cannot explode, whatever they hold", () => {
  const started = performance.now();
  const name = `model.${"a".repeat(2000)}.q_proj`;
  expect(patternValue({ "([a-z._0-9]+)+!": 1 }, name)).toBeUndefined();
  expect(patternValue({ "(?:.*a)*(?:.*a)*b": 1, "(?!.*v_proj)(?:.*)*q_proj": 2 }, name)).toBe(2);
  expect(() => patternValue({ "(a*)*(b?)\\2c": 1 }, name)).toThrow(
    /back references and takes too many steps/,
  );
  expect(performance.now() - started).toBeLessThan(2000);
  const { targets } = findTargets(
    newModel(models.pre3!),
    new WaveFTConfig({ targetModules: "^(?!.*layers\\.0\\.).*\\.[qv]_proj$" }),
    {},
  );
  expect(targets.map(({ name: target }) => target)).not.toContain("model.decoder.layers.0.self_attn.q_proj");
  expect(targets.map(({ name: target }) => target)).toContain("model.decoder.layers.1.self_attn.q_proj");
});

test("insides of adapted layers are no targets of further adapters", () => {
  const model = getPeftModel(
    newModel(models.pre3!),
    new WaveFTConfig({ nFrequency: 5, targetModules: "all-linear" }),
  );
  const before = [...model.namedModules()].length;
  model.addAdapter("second", new WaveFTConfig({ nFrequency: 4, targetModules: "all-linear" }));
  model.addAdapter("third", new WaveFTConfig({ nFrequency: 4, targetModules: ".*fc1.*" }));
  expect(model.peftConfig.get("second")!.targetModules).toEqual(
    model.peftConfig.get("default")!.targetModules,
  );
  // One parameter table a layer and adapter, and nothing else.
  expect([...model.namedModules()].length).toBe(before + 18 + 3);
});
