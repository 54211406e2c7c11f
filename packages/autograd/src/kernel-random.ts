import { coordinates, isWide, kernelText } from "./kernel-text";
import type { GpuStep } from "./lowering";
import { firstUpdates, fraction, inverseModulus, modulus, randomKeys, scale } from "./random";

/** Statements that reduce `value` into the variable `name`. */
const reduced = (name: string, value: string): string[] => [
  `t = ${value};`,
  `${name} = t - Math.floor((t + 0.5) * ${inverseModulus}) * ${modulus};`,
];

const names = ["s0", "s1", "s2"];
const declared = ["t", ...names].map((name) => `let ${name} = 0.0;`);

const mixed = (keys: readonly number[], from: number, to: number): string[] =>
  keys.slice(from, to).flatMap((key, i) => {
    const [a, b] = [names[(from + i) % 3]!, names[(from + i + 1) % 3]!];
    return reduced(a, `${a} + ${key} + ${b} * (${b} + ${key})`);
  });

/** Kernels of `randomUniform` (see random.ts): the mixed seed, the vectors of rows and columns, the elements. */
export const randomSteps = (salt: number, size: number): GpuStep[] => {
  const keys = randomKeys(salt);
  const highs = Math.ceil(size / modulus);
  const seed = kernelText(
    ["seedData"],
    [
      ...declared,
      "const seed = seedData[0];",
      // Seeds pass 2²²: the quotient is corrected.
      `let h = Math.floor(seed / ${modulus});`,
      `if (seed - h * ${modulus} < 0) { h = h - 1; }`,
      `if (seed - h * ${modulus} >= ${modulus}) { h = h + 1; }`,
      `s0 = seed - h * ${modulus};`,
      `s2 = Math.floor((h + 0.5) * ${inverseModulus});`,
      `s1 = h - s2 * ${modulus};`,
      ...mixed(keys.seed, 0, firstUpdates),
      "if (this.thread.x < 0.5) { return s0; }",
      "if (this.thread.x < 1.5) { return s1; }",
      "return s2;",
    ],
  );
  const vectors = (count: number, start: readonly string[], list: readonly number[]): GpuStep => {
    const { lines, at } = coordinates([count, 5], isWide(count * 5));
    const source = kernelText(
      ["seed"],
      [
        ...declared,
        ...lines,
        `const place = ${at[0]};`,
        `const entry = ${at[1]};`,
        ...start,
        ...mixed(list, 0, firstUpdates),
        "if (entry < 0.5) { return s0; }",
        "if (entry < 1.5) { return s1; }",
        ...mixed(list, firstUpdates, list.length),
        "if (entry < 2.5) { return s0; }",
        "if (entry < 3.5) { return s1; }",
        `return s2 * ${fraction};`,
      ],
    );
    return { source, args: [{ step: 0 }], size: count * 5 };
  };
  const low = [...reduced("s0", "place + seed[0]"), "s1 = seed[1];", "s2 = seed[2];"];
  const high = [
    ...reduced("s0", "place + seed[1]"),
    ...reduced("s1", `Math.floor((place + 0.5) * ${inverseModulus}) + seed[2]`),
    "s2 = seed[0];",
  ];
  const { lines, at } = coordinates([highs, modulus], isWide(size));
  const entry = (i: number) => `low[p + ${i}] * high[q + ${i}]`;
  const elements = kernelText(
    ["low", "high"],
    [
      ...lines,
      `const p = ${at[1]} * 5;`,
      `const q = ${at[0]} * 5;`,
      `const t = ${[0, 1, 2, 3].map(entry).join(" + ")};`,
      `const part = t - Math.floor((t + 0.5) * ${inverseModulus}) * ${modulus};`,
      "const f = low[p + 4] + high[q + 4];",
      `return (part + (f - Math.floor(f))) * ${scale};`,
    ],
  );
  return [
    { source: seed, args: [0], size: 3 },
    vectors(Math.min(size, modulus), low, keys.low),
    vectors(highs, high, keys.high),
    { source: elements, args: [{ step: 1 }, { step: 2 }], size },
  ];
};
