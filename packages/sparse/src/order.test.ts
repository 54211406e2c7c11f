import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascending, places, sets } from "../test/arbitrary";
import { compressedRows, coordinateSet, sortRowMajor, transpose } from "./index";

describe("sortRowMajor", () => {
  it("sorts the places and says where each came from", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const { coordinates, order } = sortRowMajor(set);
        expect(places(coordinates)).toEqual(ascending(places(set)));
        expect(Array.from(order, (at) => places(set)[at])).toEqual(places(coordinates));
      }),
    );
  });

  it("gives a sorted set back itself", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const { coordinates } = sortRowMajor(set);
        const again = sortRowMajor(coordinates);
        expect(again.coordinates).toBe(coordinates);
        expect([...again.order]).toEqual([...again.order.keys()]);
      }),
    );
  });

  it("sorts by every bit of rows and columns", () => {
    const index = fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(index, index), { minLength: 1, selector: String }), (drawn) => {
        const set = coordinateSet(
          [2 ** 31, 2 ** 31],
          drawn.map(([row]) => row),
          drawn.map(([, column]) => column),
        );
        const { rows, columns } = sortRowMajor(set).coordinates;
        expect(Array.from(rows, (row, i) => [row, columns[i]])).toEqual(
          drawn.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]),
        );
      }),
    );
  });
});

describe("compressedRows", () => {
  it("holds the places of each row between its pointers", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const { rowPointers, columns, order } = compressedRows(set);
        expect(rowPointers.length).toBe(set.shape[0] + 1);
        const found = [];
        for (let row = 0; row < set.shape[0]; row++) {
          for (let p = rowPointers[row]!; p < rowPointers[row + 1]!; p++) {
            expect(set.rows[order[p]!]).toBe(row);
            found.push(row * set.shape[1] + columns[p]!);
          }
        }
        expect(found).toEqual(ascending(places(set)));
      }),
    );
  });
});

describe("transpose", () => {
  it("swaps rows and columns, shares the arrays, and undoes itself", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const turned = transpose(set);
        expect(turned.shape).toEqual([set.shape[1], set.shape[0]]);
        expect([turned.rows, turned.columns]).toEqual([set.columns, set.rows]);
        expect(turned.rows).toBe(set.columns);
        expect(transpose(turned)).toBe(set);
      }),
    );
  });
});
