import { readFileSync } from "node:fs";
import ndarray, { type NdArray } from "ndarray";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as library from "../src/index";
import { signal } from "./golden";

interface Names {
  readonly all: readonly string[];
  readonly data: readonly string[];
  readonly members: Readonly<Record<keyof typeof instances, readonly string[]>>;
  readonly examples: readonly {
    readonly name: string;
    readonly size: number;
    readonly records: readonly (readonly [number, number, number, number])[];
  }[];
}

const page = readFileSync(new URL("../docs/coming-from-pywavelets.md", import.meta.url), "utf8");
const python = JSON.parse(readFileSync(new URL("./golden/names.json", import.meta.url), "utf8")) as Names;

const x = signal(16, 1);
const image = ndarray(x, [4, 4]);

const packets = [
  new library.WaveletPacket(x, "haar"),
  new library.WaveletPacket2D(image, "haar"),
  new library.WaveletPacketND(image, "haar"),
];

/** Where the properties of PyWavelets' classes are sought here; those of one table together. */
const instances = {
  Modes: [{ modes: library.modes }],
  Wavelet: [library.wavelet("db2")],
  ContinuousWavelet: [library.continuousWavelet("morl")],
  WaveletPacket: packets,
  WaveletPacket2D: packets,
  WaveletPacketND: packets,
  FswavedecnResult: [library.fswavedecn(image, "haar")],
} satisfies Record<string, readonly object[]>;

interface Row {
  readonly theirs: readonly string[];
  /** The names that the cell's code begins with. */
  readonly ours: readonly string[];
  readonly remark: string;
}

/** The page's tables by what their first column is headed with. */
const tables = Array.from(page.matchAll(/(?:^\|.*\|\n)+/gm), ([table]) => {
  const [head, , ...rows] = table.trim().split("\n").map(cells);
  return { head: head![0]!, rows: rows.map(readRow) };
});

const tableOf = (name: string) => tables.filter(({ head }) => head === name || codes(head).includes(name));
const rowsOf = (name: string) => tableOf(name).flatMap(({ rows }) => rows);
const theirNames = (name: string) => rowsOf(name).flatMap(({ theirs }) => theirs);

it("has every public name of PyWavelets once", () => {
  const names = [...python.all, ...python.data.map((name) => `data.${name}`)];
  expect(names).toHaveLength(67 + 6);
  expect(theirNames("PyWavelets").toSorted()).toEqual(names.toSorted());
});

it("has every property of PyWavelets' classes", () => {
  for (const [name, members] of Object.entries(python.members)) {
    expect(members.length, name).toBeGreaterThan(9);
    expect(theirNames(name), name).toEqual(expect.arrayContaining([...members]));
  }
});

it("has no property that PyWavelets' classes lack", () => {
  const tested = tables.filter(({ head }) => head !== "PyWavelets");
  expect(tested).toHaveLength(5);
  for (const { head, rows } of tested) {
    const members = codes(head).flatMap((name) => python.members[name as keyof typeof instances]);
    const named = rows.flatMap(({ theirs }) => theirs).filter((name) => !name.startsWith("__"));
    expect(members, head).toEqual(expect.arrayContaining(named));
  }
});

it("names what is exported, and gives a reason for what is not", () => {
  const exported = Object.keys(library);
  for (const { theirs, ours, remark } of rowsOf("PyWavelets")) {
    expect(exported, theirs.join()).toEqual(expect.arrayContaining([...ours]));
    if (ours.length === 0) expect(remark, theirs.join()).not.toBe("");
  }
});

it.each(Object.keys(instances) as (keyof typeof instances)[])("names what %s has", (name) => {
  const known = (property: string) => instances[name].some((instance: object) => property in instance);
  expect(rowsOf(name).length).toBeGreaterThan(1);
  for (const { theirs, ours, remark } of rowsOf(name)) {
    expect(
      ours.filter((property) => !known(property)),
      theirs.join(),
    ).toEqual([]);
    if (ours.length === 0) expect(remark, theirs.join()).not.toBe("");
  }
});

describe("the two sides of an example set the same:", () => {
  const blocks = Array.from(page.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, block]) => block!);

  it("there are as many", () => {
    expect(blocks).toHaveLength(10);
    expect(python.examples).toHaveLength(10);
  });

  it.each(blocks.map((block, i) => [i + 1, block] as const))("%i", (i, block) => {
    const { name, size, records } = python.examples[i - 1]!;
    const [, last] = /(?:^|\n)const (\w+) = [^\n]*\n$/.exec(block)!;
    expect(last).toBe(name);
    const actual = Float64Array.from(numbers(run(block, name)));
    expect(actual.length).toBe(size);
    for (const [scale, ...projections] of records) {
      for (const [p, expected] of projections.entries()) {
        const projection = signal(size, 1000 + p).reduce((sum, weight, k) => sum + weight * actual[k]!, 0);
        expect(Math.abs(projection - expected)).toBeLessThanOrEqual(1e-12 * scale);
      }
    }
  });
});

function cells(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function codes(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, code]) => code!);
}

function readRow([theirs, ours, remark]: readonly string[]): Row {
  const leading = codes(ours!).map((code) => /^\w+/.exec(code)?.[0] ?? code);
  return { theirs: codes(theirs!), ours: leading, remark: remark! };
}

/** The value of a variable after an example. */
function run(block: string, variable: string): unknown {
  const given = { ...library, x: signal(203, 2), image: ndarray(signal(64 * 48, 3), [64, 48]) };
  const code = ts.transpile(block, { target: ts.ScriptTarget.ES2022 });
  return new Function(...Object.keys(given), `${code}; return ${variable};`)(...Object.values(given));
}

function numbers(value: unknown): ArrayLike<number> {
  return ArrayBuffer.isView(value) || Array.isArray(value)
    ? (value as unknown as ArrayLike<number>)
    : (value as NdArray<Float64Array>).data;
}
