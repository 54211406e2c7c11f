import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integers, pairs, places, sets, thrown } from "../test/arbitrary";
import {
  coordinateSet,
  memoryUse,
  randomCoordinates,
  SparseError,
  SparseParameter,
  type SparseState,
  SparseStore,
  type StateTensor,
  sddmm,
  sortRowMajor,
  spmm,
  toDense,
  transpose,
} from "./index";

const build = () => {
  const store = new SparseStore();
  const coordinates = randomCoordinates([4, 4], 3, 0);
  store.add("q", new SparseParameter(coordinates, [1, 2, 3]));
  store.add("v", new SparseParameter(coordinates, [4, 5, 6]));
  return store;
};

/** A state with one tensor in another's place. */
const altered = (name: string, change: Partial<StateTensor>): SparseState => {
  const state = new Map<string, StateTensor>(build().state({ coordinates: true }));
  return state.set(name, { ...state.get(name)!, ...change });
};

describe("SparseStore", () => {
  it("keeps parameters by name, in the order they were added", () => {
    const store = build();
    expect([store.size, store.parameterCount, store.has("q"), store.has("k")]).toEqual([2, 6, true, false]);
    expect([...store].map(([name]) => name)).toEqual(["q", "v"]);
    expect(() => store.get("k")).toThrow('no parameter "k"; the store has "q", "v"');
    expect(() => store.add("q", store.get("v"))).toThrow(/has a parameter "q" already/);
    expect([store.delete("q"), store.delete("q"), store.size]).toEqual([true, false, 1]);
    expect(() => new SparseStore().get("k")).toThrow(/the store has none/);
  });
});

describe("state and loadState", () => {
  it("save values alone, since a seed gives the places again", () => {
    const saved = build().state();
    expect([...saved]).toEqual([
      ["q", { dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) }],
      ["v", { dtype: "F32", shape: [3], data: Float32Array.of(4, 5, 6) }],
    ]);
    const other = build();
    other.get("v").set([0, 0, 0]);
    other.loadState(saved);
    expect([...other.get("v").values]).toEqual([4, 5, 6]);
    expect(other.get("v").version).toBe(2);
    other.loadState({
      q: { dtype: "F64", shape: [3], data: Float64Array.of(7, 8, 9) },
      v: { dtype: "F32", shape: [3], data: [1, 1, 1] },
    });
    expect([...other.get("q").values]).toEqual([7, 8, 9]);
  });

  it("save coordinates too, from which fromState makes the same store", () => {
    fc.assert(
      fc.property(
        fc.array(
          sets.chain((set) => fc.tuple(fc.constant(set), integers(set.count))),
          { minLength: 1, maxLength: 4 },
        ),
        (drawn) => {
          const store = new SparseStore();
          drawn.forEach(([set, values], i) => {
            store.add(`layer.${i}`, new SparseParameter(set, values));
          });
          const again = SparseStore.fromState(Object.fromEntries(store.state({ coordinates: true })));
          expect([...again]).toEqual([...store]);
        },
      ),
    );
  });

  it("fromState shares sets that were one", () => {
    const again = SparseStore.fromState(build().state({ coordinates: true }));
    expect(again.get("q").coordinates).toBe(again.get("v").coordinates);
    expect(again.memory().total.coordinates).toBe(24);
  });

  it("loadState puts values to their places, however the state orders them", () => {
    fc.assert(
      fc.property(
        sets.chain((set) => fc.tuple(fc.constant(set), integers(set.count))),
        ([set, values]) => {
          const saved = new SparseStore();
          saved.add("w", new SparseParameter(set, values));
          const here = new SparseStore();
          const parameter = here.add("w", new SparseParameter(sortRowMajor(set).coordinates));
          here.loadState(saved.state({ coordinates: true }));
          expect(toDense(parameter)).toEqual(toDense({ coordinates: set, values }));
        },
      ),
    );
  });

  it("loadState refuses other places", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const same = places(a).sort().join() === places(b).sort().join();
        fc.pre(a.count === b.count && !same);
        const saved = new SparseStore();
        saved.add("w", new SparseParameter(a));
        const here = new SparseStore();
        here.add("w", new SparseParameter(b));
        expect(() => here.loadState(saved.state({ coordinates: true }))).toThrow(
          /"w" has place \(\d+, \d+\) here but not in the state/,
        );
      }),
    );
  });

  it("load nothing when one thing does not fit", () => {
    const q = build().state().get("q")!;
    const cases: [SparseState, string, string][] = [
      [{ q }, 'the state lacks "v"', "name"],
      [{ q, v: q, k: q }, 'the state has "k", which the store has not; it has "q", "v"', "name"],
      [
        { q, v: { ...q, shape: [1], data: Float32Array.of(1) } },
        '"v" has 3 values here and 1 in the',
        "values",
      ],
      [
        { q, v: { ...q, dtype: "BF16" } as never },
        '"v" is BF16 in the state; values are F32 or F64',
        "values",
      ],
      [{ q, v: { ...q, shape: [3, 1] } }, '"v" has shape [3, 1] and 3 values in the state', "shape"],
      [altered("v.shape", { data: BigInt64Array.of(4n, 5n) }), '"v" is 4×4 here and 4×5 in the', "shape"],
      [altered("v.shape", { data: BigInt64Array.of(4n, 0n) }), "got [4, 0]", "shape"],
      [
        altered("v.shape", { shape: [1] }),
        '"v.shape" is I64 [1] in the state; it must be I32 or I64 [2]',
        "shape",
      ],
      [altered("v.indices", { shape: [6] }), '"v.indices" is I32 [6] in the state; it must be', "shape"],
      [altered("v.indices", { dtype: "F32" }), '"v.indices" is F32 [2, 3] in the state', "shape"],
      [
        altered("v.indices", { data: Int32Array.of(0, 0, 0, 1, 2, 1) }),
        "place (0, 1) occurs twice",
        "values",
      ],
      [altered("v.indices", { data: Int32Array.of(0, 4, 0, 1, 2, 3) }), "place 1 is (4, 2)", "shape"],
    ];
    for (const [state, message, reason] of cases) {
      const store = build();
      store.get("q").set([9, 9, 9]);
      const error = thrown(() => store.loadState(state));
      expect(SparseError.isInstance(error) && [error.message, error.reason]).toEqual([
        expect.stringContaining(message),
        reason,
      ]);
      expect([[...store.get("q").values], store.get("q").version]).toEqual([[9, 9, 9], 1]);
    }
    const partly = new Map<string, StateTensor>(build().state({ coordinates: true }));
    partly.delete("q.shape");
    expect(() => build().loadState(partly)).toThrow('the state lacks "q.shape"');
    expect(() => SparseStore.fromState(build().state())).toThrow(
      'the state has no coordinates for "q", "v"; add parameters with theirs to a store and call loadState',
    );
    expect(() => SparseStore.fromState(partly)).toThrow('the state lacks "q.shape"');
  });

  it("tell names apart, even those that every object has", () => {
    const store = new SparseStore();
    for (const name of ["__proto__", "toString", "0"]) {
      store.add(name, new SparseParameter(randomCoordinates([2, 2], 1, 0), [1]));
    }
    expect([...SparseStore.fromState(store.state({ coordinates: true }))]).toEqual([...store]);
    expect(() => store.loadState({})).toThrow('the state lacks "__proto__"');
    store.add("0.shape", new SparseParameter(randomCoordinates([2, 2], 1, 0)));
    expect(() => store.state({ coordinates: true })).toThrow(
      '"0.shape" would name both a parameter and the coordinates of "0"; rename the parameter',
    );
    expect(store.state().size).toBe(4);
  });
});

describe("memory", () => {
  it("counts values, coordinates and dense forms of each, and shared coordinates once in all", () => {
    const store = build();
    const one = { values: 12, coordinates: 24, orders: 0, dense: 64 };
    expect([...store.memory().parameters]).toEqual([
      ["q", one],
      ["v", one],
    ]);
    expect(store.memory().total).toEqual({ values: 24, coordinates: 24, orders: 0, dense: 128 });
    expect(store.byteLength).toBe(48);
  });

  it("counts the orders that products made, unless the places are in order", () => {
    const set = coordinateSet([2, 3], [1, 0], [0, 1]);
    const parameter = new SparseParameter(set);
    const orders = () => memoryUse([["w", parameter]]).total.orders;
    const made = coordinateSet([2, 3], [0, 1], [1, 0]);
    expect(memoryUse([["made", new SparseParameter(made)]]).total.orders).toBe(0);
    const checked = orders(); // checking the places for twins ordered them
    sddmm(set, [1, 1], [1, 1, 1]);
    spmm(parameter, [1, 1, 1]);
    expect([checked, orders()]).toEqual([24, 24]);
    spmm([1, 1], parameter); // by columns the places are in order
    expect(orders()).toBe(24);
    spmm([1, 1], { coordinates: made, values: [1, 1] });
    expect(memoryUse([["made", new SparseParameter(made)]]).total.orders).toBe(24);
    const shared: [string, SparseParameter][] = [
      ["a", parameter],
      ["b", new SparseParameter(set)],
    ];
    expect(memoryUse(shared).total).toEqual({ values: 16, coordinates: 16, orders: 24, dense: 48 });
    shared.push(["turned", new SparseParameter(transpose(set))]);
    expect(memoryUse(shared).total).toEqual({ values: 24, coordinates: 16, orders: 24, dense: 72 });
  });
});
