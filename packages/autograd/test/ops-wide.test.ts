import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, HostTensor, Shape, Tensor } from "../src";
import * as f from "../src";
import { hostTensor, sizeOf } from "../src";
import { gpuEngine } from "../src/engines/gpu";
import { exactSize } from "../src/kernel-text";
import { runOnce } from "./op-cases";

/** Rows and columns of more elements than float32 arithmetic counts exactly in kernels: indices are made of integers. */
const rows = 2 ** 17 + 3;
const columns = 40;
const shape: Shape = [rows, columns];

const value = (row: number, column: number): number => ((row * 7 + column * 3) % 11) - 5;
const filled = (): HostTensor => {
  const data = new Float32Array(sizeOf(shape));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) data[row * columns + column] = value(row, column);
  return hostTensor(data, shape);
};
const x = filled();
/** For every place a column, another in each. */
const indices = hostTensor(
  Int32Array.from({ length: x.data.length }, (_, i) => (i * 13 + Math.floor(i / columns)) % columns),
  shape,
);

const rowsToCheck = [0, 1, 2 ** 16, 104_857, 104_858, rows - 2, rows - 1];

interface Row {
  readonly build: (x: Tensor, indices: Tensor) => Tensor;
  /** The number that belongs at a place. */
  readonly expected: (row: number, column: number) => number;
}

const indexAt = (row: number, column: number): number => indices.data[row * columns + column]!;
const upTo = (count: number, term: (column: number) => number): number =>
  Array.from({ length: count }, (_, column) => term(column)).reduce((sum, each) => sum + each, 0);

const wide: Readonly<Record<string, Row>> = {
  flip: { build: (a) => f.flip(a), expected: (r, c) => value(rows - 1 - r, columns - 1 - c) },
  "cumsum along rows": {
    build: (a) => f.cumsum(a, 1),
    expected: (r, c) => upTo(c + 1, (column) => value(r, column)),
  },
  "cumsum from the end": {
    build: (a) => f.cumsum(a, 1, { reverse: true, exclusive: true }),
    expected: (r, c) => upTo(columns, (column) => (column > c ? value(r, column) : 0)),
  },
  takeAlongAxis: {
    build: (a, places) => f.takeAlongAxis(a, places, 1),
    expected: (r, c) => value(r, indexAt(r, c)),
  },
  scatterAddAlongAxis: {
    build: (a, places) => f.scatterAddAlongAxis(a, places, columns, 1),
    expected: (r, c) => upTo(columns, (column) => (indexAt(r, column) === c ? value(r, column) : 0)),
  },
  roll: {
    build: (a) => f.roll(a, 1, 0),
    expected: (r, c) => value((r + rows - 1) % rows, c),
  },
};

describe.each(["cpu", "webasm"] as const)("gpu:%s, past the exact floats", (mode) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await gpuEngine(mode);
  });
  afterAll(() => engine.dispose?.());

  test.each(Object.entries(wide))("%s", async (_, { build, expected }) => {
    expect(x.data.length).toBeGreaterThan(exactSize);
    const [y] = await runOnce(engine, [x, indices], (a, places) => [build(a!, places!)]);
    for (const row of rowsToCheck) {
      const line = y!.data.subarray(row * columns, (row + 1) * columns);
      expect([...line]).toEqual(Array.from({ length: columns }, (_, column) => expected(row, column)));
    }
  });
});
