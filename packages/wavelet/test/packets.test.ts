import fc from "fast-check";
import ndarray, { type NdArray } from "ndarray";
import { describe, expect, expectTypeOf, it } from "vitest";
import { dwt, dwt2, type Mode, modes, WaveletError, type WaveletErrorReason, wavelet } from "../src/index";
import { WaveletPacket, WaveletPacket2D, WaveletPacketND } from "../src/packets";
import { records, signal } from "./golden";

const names = ["haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1"];
const anyWavelet = fc.constantFrom(...names);
const anyMode = fc.constantFrom(...modes);

const samples = (n: number) =>
  fc
    .array(fc.integer({ min: -1000, max: 1000 }), { minLength: n, maxLength: n })
    .map((values) => Float64Array.from(values));
const someSamples = fc.integer({ min: 2, max: 70 }).chain(samples);
const someMatrix = fc
  .tuple(fc.integer({ min: 2, max: 13 }), fc.integer({ min: 2, max: 13 }))
  .chain((shape) => samples(shape[0] * shape[1]).map((data) => ndarray(data, shape)));

/** Taps are given to about 1e-12 and the levels add up. */
const reconstructed = 1e-9;
const eight = [1, 2, 3, 4, 5, 6, 7, 8];
const rows = Array.from({ length: 8 }, () => eight);
const paths = (nodes: Iterable<{ readonly path: string }>) => Array.from(nodes, ({ path }) => path);

/** The numbers of real data, of a node or not, row by row. */
function flat(data: Float32Array | Float64Array | NdArray<Float32Array | Float64Array> | null): Float64Array {
  return Float64Array.from(data === null ? [] : "shape" in data ? data.data : data);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

describe("a decomposed tree gives the signal back", () => {
  it("of any length, wavelet and mode, along one axis", () => {
    fc.assert(
      fc.property(someSamples, anyWavelet, anyMode, (x, name, mode) => {
        const tree = new WaveletPacket(x, name, { mode });
        tree.getLevel(tree.maxlevel!);
        const back = tree.reconstruct({ update: false });
        expect(back).toHaveLength(x.length);
        expect(back).toBeAllclose(x, reconstructed);
      }),
      { numRuns: 300 },
    );
  });

  it("of any shape over two axes, in any order, with a wavelet and mode for each", () => {
    const order = fc.constantFrom([-2, -1] as const, [1, 0] as const);
    fc.assert(
      fc.property(
        someMatrix,
        anyWavelet,
        anyWavelet,
        anyMode,
        anyMode,
        order,
        (x, down, along, one, two, axes) => {
          const tree = new WaveletPacket2D(x, [down, along], { mode: [one, two], axes, maxlevel: 1 });
          const bands = dwt2(x, [down, along], { mode: [one, two], axes });
          expect(flat(tree.get("h").data)).toEqual(bands.cH.data);
          expect(flat(tree.get("v").data)).toEqual(bands.cV.data);
          const back = tree.reconstruct();
          expect(back.shape).toEqual(x.shape);
          expect(flat(back)).toBeAllclose(x.data, reconstructed);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("if only the leaves of some pruning of it are put into an empty one, whatever their depth", () => {
    const pruning = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(someSamples, anyWavelet, anyMode, pruning, (x, name, mode, keep) => {
        // The third level must not meet a single sample that it would have to reflect.
        fc.pre(!mode.endsWith("reflect") || x.length >= 8);
        const tree = new WaveletPacket(x, name, { mode, maxlevel: 3 });
        // One leaf on each level, so that the shape of every level is known.
        tree.get("a").decompose();
        const inner = keep.next().value ? "aa" : "ad";
        tree.get(inner).decompose();
        const copy = new WaveletPacket(null, name, { mode, maxlevel: 3 });
        for (const leaf of tree.getLeafNodes()) copy.set(leaf.path, leaf);
        expect(paths(copy.getLeafNodes())).toEqual(paths(tree.getLeafNodes()));
        expect(copy.reconstruct().subarray(0, x.length)).toBeAllclose(x, reconstructed);
      }),
      { numRuns: 100 },
    );
  });
});

it("a node is dwt along its path", () => {
  const path = fc.array(fc.constantFrom("a", "d"), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(samples(90), anyWavelet, anyMode, path, (x, name, mode, letters) => {
      const node = new WaveletPacket(x, name, { mode, maxlevel: 4 }).get(letters);
      let band: Float64Array = x;
      for (const letter of letters) band = dwt(band, name, { mode })[letter === "a" ? "cA" : "cD"];
      expect(node.data).toEqual(band);
    }),
  );
});

it("missing nodes are zeros: the trees of single nodes add up", () => {
  fc.assert(
    fc.property(someMatrix, anyWavelet, anyMode, (x, name, mode) => {
      const sum = new Float64Array(x.data.length);
      const options = { mode, maxlevel: 1 };
      for (const path of ["a", "h", "v", "d"]) {
        const tree = new WaveletPacket2D(x, name, options);
        for (const other of ["a", "h", "v", "d"]) if (other !== path) tree.delete(other);
        expect(paths(tree)).toEqual(["", path]);
        for (const [i, value] of flat(tree.reconstruct()).entries()) sum[i]! += value;
      }
      expect(sum).toBeAllclose(x.data, reconstructed);
    }),
    { numRuns: 60 },
  );
});

it("WaveletPacketND over one or two axes is what the others are, odd shapes too", () => {
  const letters: Record<string, string> = { a: "aa", h: "da", v: "ad", d: "dd" };
  fc.assert(
    fc.property(someMatrix, anyWavelet, anyMode, (x, name, mode) => {
      const [two, many] = [new WaveletPacket2D(x, name, { mode }), new WaveletPacketND(x, name, { mode })];
      expect(many.maxlevel).toBe(two.maxlevel);
      const depth = Math.min(2, two.maxlevel!);
      for (const { path, data } of two.getLevel(depth)) {
        const same = many.get([...path].map((letter) => letters[letter]!));
        expect(flat(same.data)).toEqual(flat(data));
      }
      expect(flat(many.reconstruct())).toEqual(flat(two.reconstruct()));
      const one = new WaveletPacket(x, name, { mode, axis: 0, maxlevel: 2 });
      const down = new WaveletPacketND(x, name, { mode, axes: 0, maxlevel: 2 });
      if (x.shape[0]! > 3) expect(flat(down.get("ad").data)).toEqual(flat(one.get("ad").data));
    }),
    { numRuns: 60 },
  );
});

describe("the order by frequency", () => {
  it("finds a wave of rising frequency in node after node", () => {
    const n = 512;
    for (let k = 0; k < 8; k++) {
      const frequency = ((k + 0.5) / 16) * 2 * Math.PI;
      const wave = Float64Array.from({ length: n }, (_, i) => Math.sin(frequency * i));
      const tree = new WaveletPacket(wave, "db20", { mode: "periodization", maxlevel: 3 });
      const energies = tree.getLevel(3, { order: "freq" }).map(({ data }) => {
        return data!.reduce((sum, value) => sum + value * value, 0);
      });
      expect(energies.indexOf(Math.max(...energies))).toBe(k);
      expect(energies[k]! / (n / 2)).toBeGreaterThan(0.85);
    }
  });

  it("finds a plane wave in the row of its frequency down and the column of that along", () => {
    const wave = ndarray(new Float64Array(64 * 64), [64, 64]);
    const at = (k: number) => ((k + 0.5) / 8) * 2 * Math.PI;
    for (let i = 0; i < 64; i++) {
      for (let j = 0; j < 64; j++) wave.set(i, j, Math.sin(at(1) * i) * Math.sin(at(3) * j));
    }
    const level = new WaveletPacket2D(wave, "db10", { mode: "periodization", maxlevel: 2 }).getLevel(2, {
      order: "freq",
    });
    const energy = (data: NdArray<Float64Array> | null) =>
      flat(data).reduce((sum, value) => sum + value * value, 0);
    const all = level.flatMap((row, i) => row.map(({ data }, j) => ({ i, j, energy: energy(data) })));
    const { i, j } = all.reduce((most, one) => (one.energy > most.energy ? one : most));
    expect([i, j]).toEqual([1, 3]);
  });

  it("changes one letter from node to node; nodes that are missing are left out", () => {
    const tree = new WaveletPacket(signal(64, 1), "haar");
    expect(paths(tree.getLevel(3))).toEqual(["aaa", "aad", "ada", "add", "daa", "dad", "dda", "ddd"]);
    const sorted = ["aaa", "aad", "add", "ada", "dda", "ddd", "dad", "daa"];
    expect(paths(tree.getLevel(3, { order: "freq" }))).toEqual(sorted);
    tree.delete("dd");
    expect(paths(tree.getLevel(3, { order: "freq", decompose: false }))).toEqual(
      sorted.filter((path) => !path.startsWith("dd")),
    );
    expect(paths(tree.get("d").getLevel(3, { order: "freq", decompose: false }))).toEqual(["dad", "daa"]);
    expect(paths(tree.getLevel(0, { order: "freq" }))).toEqual([""]);
    expect(tree.has("dd")).toBe(false);
  });

  it("comes in rows over two axes", () => {
    const tree = new WaveletPacket2D(rows, "db1", { mode: "symmetric" });
    expect(tree.getLevel(1, { order: "freq" }).map(paths)).toEqual([
      ["a", "v"],
      ["h", "d"],
    ]);
    expect(tree.getLevel(2, { order: "freq" }).map(paths)).toEqual([
      ["aa", "av", "vv", "va"],
      ["ah", "ad", "vd", "vh"],
      ["hh", "hd", "dd", "dh"],
      ["ha", "hv", "dv", "da"],
    ]);
    expect(tree.expand2dPath("hvda")).toEqual(["hlhl", "lhhl"]);
  });
});

describe("PyWavelets' numbers", () => {
  type Parts = (data: unknown) => Float64Array[];
  const real: Parts = (data) => [flat(data as Parameters<typeof flat>[0])];
  const both: Parts = (data) => {
    const { re, im } = data as { re: NdArray<Float64Array>; im: NdArray<Float64Array> };
    return [flat(re), flat(im)];
  };

  it("nodes by frequency, and what is left without a node, for every mode", () => {
    const golden = records("packets.f64");
    interface Kept {
      readonly nodes: readonly { readonly data: unknown }[];
      readonly tree: { delete(path: string): void; reconstruct(options: { update: boolean }): unknown };
      readonly without: string;
    }
    const check = ({ nodes, tree, without }: Kept, name: string, parts = real, tolerance = 1e-12) => {
      const bands = nodes.map(({ data }) => parts(data));
      tree.delete(without);
      const rebuilt = parts(tree.reconstruct({ update: false }));
      for (const [p, part] of rebuilt.entries()) {
        golden.check(joined(bands.map((band) => band[p]!)), tolerance, `${name} nodes`);
        golden.check(part, tolerance, `${name} without ${without}`);
      }
    };
    const order = "freq";
    const shaped = (shape: number[], seed: number) =>
      ndarray(
        signal(
          shape.reduce((size, length) => size * length),
          seed,
        ),
        shape,
      );
    for (const name of names) {
      for (const mode of modes) {
        for (const n of [37, 64]) {
          const tree = new WaveletPacket(signal(n, 11), name, { mode, maxlevel: 2 });
          check({ nodes: tree.getLevel(2, { order }), tree, without: "ad" }, `${name} ${mode} ${n}`);
        }
        for (const shape of [
          [11, 14],
          [3, 8, 9],
        ]) {
          const tree = new WaveletPacket2D(shaped(shape, 12), name, { mode, maxlevel: 2, axes: [-1, 0] });
          const nodes = tree.getLevel(2, { order }).flat();
          check({ nodes, tree, without: "vh" }, `${name} ${mode} [${shape}]`);
        }
        const tree = new WaveletPacketND(shaped([6, 10, 8], 13), name, { mode, maxlevel: 1 });
        check({ nodes: tree.getLevel(1), tree, without: "dad" }, `${name} ${mode} over three axes`);
      }
      const z = { re: shaped([5, 21], 14), im: shaped([5, 21], 15) };
      const complex = new WaveletPacket(z, name, { mode: "smooth", maxlevel: 2, axis: 0 });
      check({ nodes: complex.getLevel(2, { order }), tree: complex, without: "d" }, `${name} complex`, both);
      const x = Float32Array.from(signal(50, 16));
      const single = new WaveletPacket(x, name, { mode: "reflect", maxlevel: 2 });
      const nodes = single.getLevel(2, { order });
      expect(nodes[0]!.data).toBeInstanceOf(Float32Array);
      check({ nodes, tree: single, without: "da" }, `${name} float32`, real, 1e-5);
    }
    golden.end();
  });

  it("has PyWavelets' default modes: symmetric along one axis, smooth over several", () => {
    const x = signal(21, 3);
    expect(new WaveletPacket(x, "db3").mode).toBe("symmetric");
    expect(new WaveletPacket(x, "db3").get("a").data).toEqual(dwt(x, "db3", { mode: "symmetric" }).cA);
    expect(new WaveletPacketND(x, "db3").get("d").data).toEqual(dwt(x, "db3", { mode: "smooth" }).cD);
    const matrix = ndarray(signal(99, 3), [9, 11]);
    expect(flat(new WaveletPacket2D(matrix, "db3", { maxlevel: 1 }).get("d").data)).toEqual(
      dwt2(matrix, "db3", { mode: "smooth" }).cD.data,
    );
  });
});

describe("nodes", () => {
  it("know where they are", () => {
    const tree = new WaveletPacket(eight, "db1");
    expect([tree.path, tree.level, tree.maxlevel, tree.nodeName, tree.parent]).toEqual([
      "",
      0,
      3,
      "",
      undefined,
    ]);
    const node = tree.get("ad");
    expect(node.data).toBeAllclose([-2, -2], 1e-12);
    expect([node.path, node.level, node.maxlevel, node.nodeName]).toEqual(["ad", 2, 3, "d"]);
    expect([node.pathTuple, node.parent, node.mode]).toEqual([["a", "d"], tree.get("a"), "symmetric"]);
    expect(tree.get(["a", "d"])).toBe(node);
    expect(tree.get("a").get("d")).toBe(node);
    expect(tree.get("")).toBe(tree);
    const many = new WaveletPacketND(rows, "db1").get(["aa", "ad"]);
    expect([many.path, many.nodeName, many.pathTuple]).toEqual(["aaad", "ad", ["aa", "ad"]]);
    expect(many.data!.data).toBeAllclose([-4, -4, -4, -4], 1e-12);
  });

  it("are made when they are first asked for, and not by asking whether they are there", () => {
    const tree = new WaveletPacket2D(rows, "db1");
    expect([tree.has("a"), tree.hasAnySubnode, paths(tree)]).toEqual([false, false, [""]]);
    expect(tree.getSubnode("h", { decompose: false })).toBeUndefined();
    tree.get("va");
    expect(paths(tree)).toEqual(["", "a", "h", "v", "va", "vh", "vv", "vd", "d"]);
    expect([tree.has("a"), tree.has("aa"), tree.has("vdaaaa")]).toEqual([true, false, false]);
    expect(paths(tree.get("v"))).toEqual(["v", "va", "vh", "vv", "vd"]);
    const before = tree.get("h");
    expect(paths(tree.decompose())).toEqual(["a", "h", "v", "d"]);
    expect([tree.get("h") === before, tree.has("va")]).toEqual([false, false]);
  });

  it("are walked from the root or from the leaves", () => {
    const tree = new WaveletPacket(eight, "db1", { maxlevel: 2 });
    const seen: string[] = [];
    tree.walkDepth(({ path }) => void seen.push(path), { decompose: false });
    expect(seen).toEqual([""]);
    tree.walk(({ path }) => {
      seen.push(path);
      return path !== "a";
    });
    expect(seen.slice(1)).toEqual(["", "a", "d", "da", "dd"]);
    seen.length = 0;
    tree.walkDepth(({ path }) => void seen.push(path));
    expect(seen).toEqual(["aa", "ad", "a", "da", "dd", "d", ""]);
    expect(paths(tree)).toEqual(["", "a", "aa", "ad", "d", "da", "dd"]);
  });

  it("are leaves where nothing is below", () => {
    const tree = new WaveletPacket(eight, "db1");
    expect(paths(tree.getLeafNodes())).toEqual([""]);
    tree.get("da");
    expect(paths(tree.getLeafNodes())).toEqual(["a", "da", "dd"]);
    expect(paths(tree.getLeafNodes({ decompose: true }))).toEqual(paths(tree.getLevel(3)));
  });

  it("take data: of a path, of a node, in place", () => {
    const tree = new WaveletPacket(eight, "db1");
    tree.decompose();
    tree.set("a", [0, 0, 0, 0]);
    const detail = [0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 0.5, -0.5].map((value) => -value);
    expect(tree.reconstruct({ update: false })).toBeAllclose(detail, 1e-12);
    tree.get("d").data = tree.get("a");
    expect(tree.reconstruct({ update: false })).toEqual(new Float64Array(8));
    // The data of both is one array now.
    tree.get("d").data![1] = Math.SQRT2;
    expect(tree.reconstruct({ update: false })).toBeAllclose([0, 0, 2, 0, 0, 0, 0, 0], 1e-12);
    tree.get("d").data = null;
    expect([tree.get("d").isEmpty, tree.get("d").data]).toEqual([true, null]);
    expect(tree.reconstruct()).toBeAllclose([0, 0, 1, 1, 0, 0, 0, 0], 1e-12);
  });

  it("are all made anew, those that were set too, where one of them is missing", () => {
    const tree = new WaveletPacket(eight, "db1");
    const wave = tree.get("a").data!.slice();
    tree.delete("d");
    tree.set("a", [0, 0, 0, 0]);
    expect(tree.get("a").data).toEqual(new Float64Array(4));
    tree.get("d");
    expect(tree.get("a").data).toEqual(wave);
  });

  it("are updated when reconstructed: the root unless told not to, others if told to, those below never", () => {
    const tree = new WaveletPacket(Float64Array.from(eight), "db1");
    tree.delete("ad");
    const smooth = [2, 3, 2, 3, 6, 7, 6, 7];
    expect(tree.reconstruct({ update: false })).toBeAllclose(smooth, 1e-12);
    expect(tree.data).toEqual(Float64Array.from(eight));
    expect(tree.reconstruct()).toBeAllclose(smooth, 1e-12);
    expect(tree.data).toBeAllclose(smooth, 1e-12);
    const node = tree.get("a");
    const before = node.data!.slice();
    const after = node.reconstruct();
    expect(node.data).toEqual(before);
    expect(node.reconstruct({ update: true })).toEqual(after);
    expect(node.data).toEqual(after);
    expect(after).not.toEqual(before);
  });

  it("leave the tree when deleted, and keep what they have", () => {
    const tree = new WaveletPacket(eight, "db1");
    const node = tree.get("ad");
    tree.delete("ad");
    expect([tree.has("ad"), node.parent, node.path, node.isEmpty]).toEqual([false, undefined, "ad", false]);
    expect(paths(tree.getLeafNodes())).toEqual(["aa", "d"]);
    tree.set("ad", node);
    expect(tree.get("ad")).not.toBe(node);
    expect(tree.reconstruct()).toBeAllclose(eight, 1e-12);
    tree.delete("");
    expect(tree.get("a").parent).toBe(tree);
    const replaced = tree.get("a");
    tree.decompose();
    replaced.delete("");
    expect([replaced.parent, tree.has("a")]).toEqual([undefined, true]);
  });
});

describe("an empty tree", () => {
  it("is built from the nodes put into it", () => {
    const tree = new WaveletPacket(eight, "db1");
    const copy = new WaveletPacket(null, "db1");
    expect([copy.isEmpty, copy.data, copy.maxlevel]).toEqual([true, null, undefined]);
    copy.set("aa", tree.get("aa").data).set("ad", [-2, -2]).set("d", tree.get("d"));
    expect(copy.reconstruct({ update: false })).toBeAllclose(eight, 1e-12);
    expect([copy.data, copy.maxlevel]).toEqual([null, 3]);
    expect(copy.reconstruct()).toBeAllclose(eight, 1e-12);
    expect(copy.data).toBeAllclose(eight, 1e-12);
    expect(paths(copy.getLeafNodes())).toEqual(["aa", "ad", "d"]);
    expect(paths(copy.getLeafNodes({ decompose: true }))).toEqual(paths(tree.getLevel(3)));
  });

  it("counts nodes that are missing or empty as zeros", () => {
    const tree = new WaveletPacket2D(rows, "db1", { mode: "symmetric" });
    const copy = new WaveletPacket2D(null, "db1", { mode: "symmetric" });
    copy
      .set("vv", tree.get("vh"))
      .set("a", Array(4).fill([3, 7, 11, 15]))
      .set("h", tree.get("h"));
    copy.set("d", null);
    const half = [1.5, 1.5, 3.5, 3.5, 5.5, 5.5, 7.5, 7.5];
    expect(flat(copy.reconstruct({ update: false }))).toBeAllclose(Array(8).fill(half).flat(), 1e-12);
    copy.set("va", tree.get("va"));
    expect(flat(copy.reconstruct())).toBeAllclose(rows.flat(), 1e-12);
    copy.delete("va");
    expectError(() => copy.get("v").get("a"), "path", 'node "v" is empty, so there is no node "va"');
  });

  it("decomposes into empty nodes, but keeps those that are there", () => {
    const tree = new WaveletPacketND(null, "db1", { axes: [0, 1], maxlevel: 2 });
    tree.set("ad", rows);
    expect(paths(tree.decompose())).toEqual(["aa", "ad", "da", "dd"]);
    expect(tree.decompose().map(({ isEmpty }) => isEmpty)).toEqual([true, false, true, true]);
    expect(tree.reconstruct().shape).toEqual([16, 16]);
  });
});

describe("forms of data", () => {
  it("come back as they were given", () => {
    const single = new WaveletPacket(Float32Array.of(1, 2, 3, 4), "haar");
    expectTypeOf(single.get("a").data).toEqualTypeOf<Float32Array | null>();
    expectTypeOf(single.reconstruct()).toEqualTypeOf<Float32Array>();
    expect(single.reconstruct()).toBeInstanceOf(Float32Array);
    const nested = new WaveletPacket2D(rows, "haar");
    expectTypeOf(nested.get("a").data).toEqualTypeOf<NdArray<Float64Array> | null>();
    expectTypeOf(
      nested.getLevel(1, { order: "freq" })[0]![0]!.data,
    ).toEqualTypeOf<NdArray<Float64Array> | null>();
    expectTypeOf(new WaveletPacket(null, "haar").reconstruct).returns.toEqualTypeOf<Float64Array>();
    const strided = ndarray(
      Float64Array.from({ length: 32 }, (_, i) => i),
      [4, 8],
    )
      .step(1, 2)
      .transpose(1, 0);
    const dense = Float64Array.of(0, 8, 16, 24, 2, 10, 18, 26, 4, 12, 20, 28, 6, 14, 22, 30);
    expect(flat(new WaveletPacket2D(strided, "haar").get("v").data)).toEqual(
      flat(new WaveletPacket2D(ndarray(dense, [4, 4]), "haar").get("v").data),
    );
  });

  it("leaves the signal alone", () => {
    const x = signal(30, 2);
    const tree = new WaveletPacket(x, "db2");
    tree.getLevel(2);
    tree.delete("a");
    tree.reconstruct();
    expect(x).toEqual(signal(30, 2));
    expect(tree.data).not.toEqual(x);
  });

  it("lets NaN through", () => {
    const tree = new WaveletPacket([1, 2, Number.NaN, 4, 5, 6, 7, 8], "haar", { maxlevel: 2 });
    expect(Array.from(tree.get("ad").data!, Number.isNaN)).toEqual([true, false]);
    tree.getLevel(2);
    expect(Array.from(tree.reconstruct(), Number.isNaN)).toEqual([
      ...[true, true, true, true],
      ...[false, false, false, false],
    ]);
  });

  it("takes any filter bank, and other axes as batches", () => {
    const x = ndarray(signal(60, 5), [3, 20]);
    const tree = new WaveletPacket(x, wavelet("db2"), { maxlevel: 2 });
    const row = new WaveletPacket(signal(60, 5).subarray(20, 40), "db2", { maxlevel: 2 });
    expect(flat(tree.get("da").data).subarray(7, 14)).toBeAllclose(row.get("da").data!, 1e-14);
    const empty = new WaveletPacket<NdArray<Float64Array>>(null, "haar");
    empty.set("a", ndarray(new Float64Array(40), [2, 20]));
    expect(empty.maxlevel).toBe(5);
  });
});

describe("errors", () => {
  const tree = () => new WaveletPacket(eight, "db1");

  it("of paths", () => {
    expectError(
      () => tree().get("aaaa"),
      "path",
      'node "aaaa" would be on level 4, but the tree ends at level 3',
    );
    expectError(() => tree().get("a").get("aaa"), "path", 'node "aaaa" would be on level 4');
    expectError(() => tree().set("aaaa", [1]), "path", "ends at level 3");
    expectError(() => tree().delete("ac"), "path", 'the path "ac" must be made of a, d; got "c"');
    expectError(() => tree().has("x"), "path", 'got "x"');
    expectError(() => tree().getSubnode("ad"), "path", 'the name must be made of a, d; got "ad"');
    for (const path of [5, null, undefined, ["a", 3]]) {
      const wrong = path as unknown as string;
      expectError(() => tree().get(wrong), "path", "a path must be a string or a list of strings; got");
      expectError(
        () => tree().set(wrong, eight),
        "path",
        "a path must be a string or a list of strings; got",
      );
    }
    expectError(
      () => new WaveletPacketND(rows, "db1").get("aaa"),
      "path",
      'must be made of aa, ad, da, dd; got "a"',
    );
    expectError(
      () => new WaveletPacket(null, "db1").get("a"),
      "path",
      'the root is empty, so there is no node "a"',
    );
  });

  it("of levels", () => {
    expectError(() => tree().getLevel(4), "length", "level must be at most 3, where the tree ends; got 4");
    expectError(() => tree().getLevel(-1), "length", "level must be an integer from 0 on, got -1");
    expectError(() => tree().getLevel(1.5), "length", "level must be an integer from 0 on, got 1.5");
    expectError(() => tree().get("aaa").decompose(), "length", "level must be at most 3");
    const order = "frequency" as "freq";
    expectError(
      () => tree().getLevel(1, { order }),
      "mode",
      'no order "frequency"; the orders here are natural, freq',
    );
  });

  it("of data, after which the tree is as before", () => {
    const one = tree();
    const wrong = 'the data of node "ad" must have shape [2], which follows from the tree\'s signal; got [3]';
    expectError(() => one.set("ad", [1, 2, 3]), "shape", wrong);
    expectError(
      () => one.set("ad", ["x"] as unknown as number[]),
      "data",
      'the data of node "ad" must hold numbers',
    );
    expect(paths(one)).toEqual([""]);
    expectError(() => one.set("", [1, 2]), "shape", "the data of the root must have shape [8]");
    expectError(
      () => one.get("a").set("d", undefined as unknown as null),
      "data",
      'the data of node "ad" must be a typed array',
    );
    const two = new WaveletPacket(null, "db1").set("a", [1, 2, 3]).set("d", [1, 2, 3, 4, 5]);
    expectError(
      () => two.reconstruct(),
      "shape",
      "the nodes below the root must have one shape; a has [3] and d [5]",
    );
    const empty = new WaveletPacket(null, "db1");
    expectError(() => empty.reconstruct(), "data", "the root is empty and has no nodes below");
    empty.set("a", null);
    expectError(() => empty.reconstruct(), "data", "all nodes below the root are empty");
    expectError(() => new WaveletPacket([], "db1"), "data", "data is empty");
    expectError(
      () => new WaveletPacket(undefined as unknown as null, "db1"),
      "data",
      "data must be a typed array",
    );
  });

  it("of options", () => {
    expectError(() => new WaveletPacket(eight, "db99"), "wavelet", 'no wavelet named "db99"');
    expectError(() => new WaveletPacket(null, "db1", { mode: "none" as Mode }), "mode", 'no mode "none"');
    expectError(() => new WaveletPacket(rows, "db1", { axis: 2 }), "axis", "axes -2 to 1, got 2");
    expectError(() => new WaveletPacket(null, "db1", { axis: 0.5 }), "axis", "axes must be integers");
    expectError(
      () => new WaveletPacket(eight, "db1", { maxlevel: -1 }),
      "length",
      "maxlevel must be an integer",
    );
    expectError(
      () => new WaveletPacket2D(eight, "db1"),
      "axis",
      "1-dimensional data has the axes -1 to 0, got -2",
    );
    expectError(() => new WaveletPacket2D(rows, "db1", { axes: [0, 0] }), "axis", "must be different ones");
    expectError(
      () => new WaveletPacket2D(rows, "db1", { axes: [0] as unknown as [number, number] }),
      "axis",
      "axes must be two integers",
    );
    expectError(() => new WaveletPacketND(rows, "db1", { axes: [1, -1] }), "axis", "must be different ones");
    expectError(() => new WaveletPacketND(null, "db1"), "axis", "a tree without data needs axes");
  });
});

function expectError(call: () => unknown, reason: WaveletErrorReason, message: string): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(WaveletError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ reason, message: expect.stringContaining(message) });
}
