import { rmSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAdaptedLinear, LoraConfig } from "../src";
import { fieldsOf, good, type Model, newly, put, saved, ways } from "./bad-files";

/** Values of an adapter by their names in files. */
const valuesOf = (model: Model, adapter: string): Map<string, Float32Array> =>
  new Map(
    [...model.model.namedModules()].flatMap(([name, layer]) =>
      isAdaptedLinear(layer) && layer.adapters.has(adapter)
        ? Object.entries(layer.adapters.get(adapter)!.parameters).map(([parameter, { data }]) => [
            `base_model.model.${name}.${parameter}`,
            data as Float32Array,
          ])
        : [],
    ),
  );

const damage = fc.oneof(
  fc.record({ cut: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    flips: fc.array(
      fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 255 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  }),
  fc.record({ tail: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
);
type Damage = Partial<{ cut: number; flips: [number, number][]; tail: Uint8Array }>;

const damaged = (bytes: Uint8Array, { cut, flips = [], tail = new Uint8Array() }: Damage): Uint8Array => {
  const copy = Uint8Array.from([
    ...bytes.subarray(0, cut === undefined ? bytes.length : Math.floor(cut * bytes.length)),
    ...tail,
  ]);
  for (const [place, mask] of flips) copy[Math.floor(place * copy.length)]! ^= mask;
  return copy;
};

describe.each(Object.entries(ways))(
  "damaged files, read %s: a PeftError and an untouched model, or what they say",
  (_, read) => {
    test("the weights", async () => {
      const { weights } = good;
      const headerLength = Number(weights.readBigUInt64LE(0));
      const header = fieldsOf(weights.subarray(8, 8 + headerLength).toString()) as Record<
        string,
        { data_offsets: [number, number] }
      >;
      let loads = 0;
      await fc.assert(
        fc.asyncProperty(damage, async (given) => {
          const bytes = damaged(weights, given);
          const folder = put(bytes, good.config);
          const result = await read(folder);
          rmSync(folder, { recursive: true });
          if (typeof result === "string") return;
          loads++;
          const values = valuesOf(result, result.peftConfig.has("new") ? "new" : "default");
          expect(values.size).toBe(4);
          for (const [name, data] of values) {
            const [from, to] = header[name]!.data_offsets;
            const stored = bytes.slice(8 + headerLength + from, 8 + headerLength + to);
            expect(
              Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(Buffer.from(stored)),
            ).toBe(true);
          }
        }),
        { numRuns: 120, examples: [[{ flips: [[0.999, 1]] }], [{ cut: 1 }], [{ cut: 0 }]] },
      );
      expect(loads).toBeGreaterThan(0);
    });

    test("the config", async () => {
      await fc.assert(
        fc.asyncProperty(damage, async (given) => {
          const folder = put(good.weights, damaged(Buffer.from(good.config), given));
          const result = await read(folder);
          rmSync(folder, { recursive: true });
          if (typeof result !== "string")
            expect(valuesOf(result, result.activeAdapters[0]!).size).toBeGreaterThan(0);
        }),
        { numRuns: 120 },
      );
    });
  },
);

describe("configs that mean harm", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const many = (count: number) => Array.from({ length: count }, (_, i) => `layer${i}`);
  const text = (fields: string) => good.config.replace(/\n\}$/, `,\n  ${fields}\n}`);
  test.each([
    ["nothing", "", "is not JSON"],
    ["a number", "7", "holds no object"],
    ["null", "null", "holds no object"],
    ["a list", "[{}]", "holds no object"],
    ["brackets alone", "[".repeat(100_000), "is not JSON"],
    ["a deep list", deep(100_000), "holds no object"],
    ["a deep field of ours", text(`"target_modules": ${deep(100_000)}`), "is nested 32 levels deep or more"],
    ["a deep field of nobody's", text(`"new": ${deep(100_000)}`), "is nested 32 levels deep or more"],
    [
      "17 MB of nothing",
      `${" ".repeat(17 * 2 ** 20)}${good.config}`,
      "a config that PEFT wrote has less than",
    ],
    ["NaN", text('"scaling": NaN'), "scaling is NaN"],
    ["a long peft_type", text(`"peft_type": "${"x".repeat(10_000)}"`), 'peft_type is "xxx'],
    [
      "100,000 targets",
      text(`"target_modules": ${JSON.stringify(many(100_000))}`),
      "layer0, layer1, layer2 and 99997 more",
    ],
    [
      "more coefficients than there are",
      text('"n_frequency": 9007199254740991'),
      "nFrequency is 9007199254740991 for",
    ],
    ["a count beyond integers", text('"n_frequency": 1e308'), "give an integer of at least 1"],
    ["a broken pattern", text('"n_frequency_pattern": {"(": 3}'), "not a valid regular expression"],
    [
      "100,000 exclusions of all",
      text(`"exclude_modules": ${JSON.stringify([...many(100_000), "q_proj", "fc1"])}`),
      "is left out by excludeModules",
    ],
  ])("%s", async (_, config, sentence) => {
    for (const read of newly) expect(await read(put(good.weights, config))).toContain(sentence);
    // Over an adapter the fields are compared with it first; the targets' spelling does not matter there.
    const over = await ways["over an adapter"]!(put(good.weights, config));
    if (typeof over === "string")
      expect(over).toMatch(/adapter_config\.json|peft_type is|, but .* in the adapter "default"/);
    else expect(config).toContain('"target_modules": ["layer0"');
  });

  test("prototypes stay what they are", async () => {
    const folder = put(
      good.weights,
      text('"__proto__": {"polluted": 1}, "constructor": {"polluted": 1}, "toString": 1'),
    );
    for (const read of Object.values(ways)) await read(folder);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(Object)).toEqual([]);
  });

  test.each([2 ** 40, Number.MAX_SAFE_INTEGER])("a LoRA rank of %i", async (r) => {
    const lora = await saved(new LoraConfig({ r: 2, targetModules: ["q_proj", "fc1"] }));
    const folder = put(lora.weights, JSON.stringify({ ...fieldsOf(lora.config), r }));
    expect(await ways["into a bare model"]!(folder)).toContain("need more memory than there is");
    expect(await ways["beside other adapters"]!(folder)).toContain("need more memory than there is");
    expect(await ways["over an adapter"]!(folder)).toContain('in the adapter "default" of this model');
  });
});
