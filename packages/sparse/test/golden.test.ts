import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  applyMask,
  blockCoordinates,
  blockGrid,
  compressedRows,
  coordinateSet,
  gather,
  globalBudget,
  type MatrixShape,
  magnitudeCoordinates,
  nonzeroCoordinates,
  patternBudget,
  type ScoreName,
  scoreCoordinates,
  scoreOf,
  sddmm,
  spmm,
  toMask,
} from "../src";
import { places } from "./arbitrary";

interface Golden {
  selections: {
    shape: MatrixShape;
    count: number;
    weight: number[];
    gradient: number[];
    largest: Record<ScoreName, number[]>;
    smallest: Record<ScoreName, number[]>;
  }[];
  products: {
    shape: MatrixShape;
    k: number;
    rows: number[];
    columns: number[];
    values: number[];
    x: number[];
    y: number[];
    rowPointers: number[];
    csrColumns: number[];
    csrValues: number[];
    forward: number[];
    backward: number[];
    sampled: number[];
  }[];
  blocks: {
    shape: MatrixShape;
    block: MatrixShape;
    dense: number[];
    down: number[];
    across: number[];
    values: number[];
  };
  global: { shapes: MatrixShape[]; weights: number[][]; total: number; masks: number[][] };
  patterns: { patterns: [string, number][]; names: string[]; counts: number[] }[];
}

const golden = JSON.parse(readFileSync(new URL("golden/torch.json", import.meta.url), "utf8")) as Golden;

describe("selections are those of torch.topk", () => {
  it.each(golden.selections)("$count of $shape", ({ shape, count, weight, gradient, largest, smallest }) => {
    const inputs = { weight: Float32Array.from(weight), gradient: Float32Array.from(gradient) };
    for (const name of Object.keys(largest) as ScoreName[]) {
      const scores = scoreOf(name, inputs);
      expect(places(scoreCoordinates(scores, shape, count))).toEqual(largest[name]);
      expect(places(scoreCoordinates(scores, shape, count, { largest: false }))).toEqual(smallest[name]);
    }
  });
});

const turned = (a: readonly number[], rows: number, columns: number): Float32Array =>
  Float32Array.from(a, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!);

describe("products are those of torch.sparse", () => {
  it.each(golden.products)("of $shape with $k", (row) => {
    const { shape, k, rows, columns, values, x, y } = row;
    const [m, n] = shape;
    const sparse = { coordinates: coordinateSet(shape, rows, columns), values };
    const wide = { transpose: true };
    expect(spmm(sparse, turned(x, k, n))).toBeAllclose(row.forward, 2e-7);
    expect(spmm(sparse, turned(y, k, m), wide)).toBeAllclose(row.backward, 2e-7);
    expect(spmm(x, sparse, wide)).toBeAllclose(turned(row.forward, m, k), 2e-7);
    expect(spmm(y, sparse)).toBeAllclose(turned(row.backward, n, k), 2e-7);

    const csr = compressedRows(sparse.coordinates);
    expect([...csr.rowPointers]).toEqual(row.rowPointers);
    expect([...csr.columns]).toEqual(row.csrColumns);
    expect(Array.from(csr.order, (at) => values[at]!)).toBeAllclose(row.csrValues, 1e-7);

    const sampled = sddmm(sparse.coordinates, y, x, { transposeA: true });
    expect(Array.from(csr.order, (at) => sampled[at]!)).toBeAllclose(row.sampled, 2e-7);
  });
});

it("blocks lie as in torch's BSR layout", () => {
  const { shape, block, dense, down, across, values } = golden.blocks;
  const blocks = coordinateSet(blockGrid(shape, block), down, across);
  expect(gather(blockCoordinates(shape, block, blocks), dense, new Float64Array(48))).toBeAllclose(values, 0);
});

it("global pruning keeps what torch.nn.utils.prune.global_unstructured keeps", () => {
  const { shapes, weights, total, masks } = golden.global;
  const counts = globalBudget(
    weights.map((weight) => scoreOf("magnitude", { weight })),
    total,
  );
  shapes.forEach((shape, l) => {
    const set = magnitudeCoordinates(weights[l]!, shape, counts[l]!);
    expect([...toMask(set)]).toEqual(masks[l]);
    expect(nonzeroCoordinates(masks[l]!, shape)).toEqual(set);
    const pruned = applyMask(set, Float64Array.from(weights[l]!));
    expect([...pruned].map((value) => (value === 0 ? 0 : 1))).toEqual(masks[l]);
  });
});

it.each(golden.patterns)("PEFT finds the same pattern: $patterns", ({ patterns, names, counts }) => {
  const parameters = names.map((name) => ({ name, shape: [3, 3] as const }));
  expect(patternBudget(parameters, new Map(patterns), 1)).toEqual(counts);
});
