import { coordinates, isWide, kernelText } from "./kernel-text";
import type { GpuStep } from "./op";
import { inverseModulus, modulus, randomKeys, scale } from "./random";

/** Statements that reduce `value` into the variable `name`. */
const reduced = (name: string, value: string): string[] => [
  `t = ${value};`,
  `${name} = t - Math.floor((t + 0.5) * ${inverseModulus}) * ${modulus};`,
];

const update = (a: string, b: string, key: number): string[] => reduced(a, `${a} + ${b} * (${b} + ${key})`);

const names = ["s0", "s1", "s2"];
const mixed = (keys: readonly number[]): string[] =>
  keys.flatMap((key, i) => update(names[i % 3]!, names[(i + 1) % 3]!, key));

const declared = ["let t = 0.0;", ...names.map((name) => `let ${name} = 0.0;`)];

/** Kernels of `randomUniform` (see random.ts): the mixed seed, the pairs of rows and columns, the elements. */
export const randomSteps = (salt: number, size: number): GpuStep[] => {
  const keys = randomKeys(salt);
  const lows = Math.min(size, modulus);
  const highs = Math.ceil(size / modulus);
  const seed = kernelText(
    ["seedData"],
    [
      ...declared,
      "const seed = seedData[0];",
      `let h = Math.floor(seed / ${modulus});`,
      `if (seed - h * ${modulus} < 0) { h = h - 1; }`,
      `if (seed - h * ${modulus} >= ${modulus}) { h = h + 1; }`,
      `s0 = seed - h * ${modulus};`,
      `s2 = Math.floor((h + 0.5) * ${inverseModulus});`,
      `s1 = h - s2 * ${modulus};`,
      ...mixed(keys.seed),
      "if (this.thread.x < 0.5) { return s0; }",
      "if (this.thread.x < 1.5) { return s1; }",
      "return s2;",
    ],
  );
  const pair = (count: number, start: readonly string[], list: readonly number[]): GpuStep => {
    const { lines, at } = coordinates([count, 2], isWide(count));
    const source = kernelText(
      ["seed"],
      [
        ...declared,
        ...lines,
        `const place = ${at[0]};`,
        ...start,
        ...mixed(list),
        `if (${at[1]} < 0.5) { return s0; }`,
        "return s1;",
      ],
    );
    return { source, args: [{ step: 0 }], size: count * 2 };
  };
  const low = [...reduced("s0", "place + seed[0]"), "s1 = seed[1];", "s2 = seed[2];"];
  const high = [
    ...reduced("s0", "place + seed[1]"),
    ...reduced("s1", `Math.floor((place + 0.5) * ${inverseModulus}) + seed[2]`),
    "s2 = seed[0];",
  ];
  const { lines, at } = coordinates([highs, modulus], isWide(size));
  const [k0, k1, k2] = keys.last as [number, number, number];
  const elements = kernelText(
    ["low", "high"],
    [
      ...lines,
      "let t = 0.0;",
      "let a = 0.0;",
      "let b = 0.0;",
      ...reduced("a", `low[${at[1]} * 2] + high[${at[0]} * 2]`),
      ...reduced("b", `low[${at[1]} * 2 + 1] + high[${at[0]} * 2 + 1]`),
      ...update("a", "b", k0),
      ...update("b", "a", k1),
      ...update("a", "b", k2),
      `return (a * ${modulus} + b) * ${scale};`,
    ],
  );
  return [
    { source: seed, args: [0], size: 3 },
    pair(lows, low, keys.low),
    pair(highs, high, keys.high),
    { source: elements, args: [{ step: 1 }, { step: 2 }], size },
  ];
};
