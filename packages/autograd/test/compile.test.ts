import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import ndarray from "ndarray";
import { describe, expect, test } from "vitest";
import type { Engine, HostTensor } from "../src";
import {
  add,
  compile,
  constant,
  evaluate,
  exp,
  hostTensor,
  makeGraph,
  matmul,
  mul,
  Parameter,
  type Tensor,
} from "../src";

const device = "gpu:cpu";
const collect = (): void => {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  gc();
};
const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

/** An engine that computes nothing and keeps count of its plans. */
const countingEngine = () => {
  const open = new Set<number>();
  let made = 0;
  let most = 0;
  const engine: Engine = {
    name: "counting",
    compile: async (graph) => {
      const id = made++;
      open.add(id);
      most = Math.max(most, open.size);
      return {
        run: async (inputs) => {
          await soon();
          if (!open.has(id)) throw new Error("ran after it was released");
          return graph.outputs.map(({ shape, dtype }) => ({ ...inputs[0]!, shape, dtype }));
        },
        dispose: async () => void open.delete(id),
      };
    },
  };
  return { engine, open, made: () => made, most: () => most };
};

describe("tensors", () => {
  test("compute their own numbers", async () => {
    expect([...(await add(constant([1, 2], [2]), 1).data({ device }))]).toEqual([2, 3]);
  });

  test("that are disposed let go of their numbers, and say so wherever they are met", async () => {
    const x = constant([1, 2], [2]);
    const y = add(x, 1);
    x.dispose();
    expect(x.disposed).toBe(true);
    expect(x.attributes.value).toBeUndefined();
    expect(() => x.dispose()).toThrow("dispose: Tensor(constant, float32[2]) was disposed already");
    expect(() => mul(3, x)).toThrow("mul: Tensor(constant, float32[2]) was disposed; make it anew");
    expect(() => makeGraph([], [y])).toThrow("which the outputs need, was disposed");
    await expect(y.data({ device })).rejects.toThrow("was disposed");
    const fn = compile(() => ({ y }), { device });
    await expect(fn()).rejects.toThrow("was disposed");
  });

  test("of parameters, too; plans that read one fail with the reason", async () => {
    const parameter = new Parameter(hostTensor([1, 2], [2]));
    const twice = compile((x: Tensor) => mul(x, parameter), { device });
    const x = hostTensor([1, 1], [2]);
    expect([...(await twice(x)).data]).toEqual([1, 2]);
    parameter.dispose();
    expect(() => parameter.dispose()).toThrow("was disposed already");
    expect(() => parameter.data).toThrow("parameter: Parameter(float32[2]) was disposed; make it anew");
    expect(() => add(parameter, 1)).toThrow("add: Tensor(parameter, float32[2]) was disposed");
    await expect(twice(x)).rejects.toThrow("Parameter(float32[2]) was disposed");
    await twice.dispose();
  });
});

describe("compiled functions", () => {
  test("keep plans up to so many bytes, the least recently used leaving first", async () => {
    const { engine, open } = countingEngine();
    // A row takes 4 bytes, and so does what is computed of it.
    const fn = compile((x: Tensor) => add(x, 1), { device: engine, cacheBytes: 100 });
    const call = (size: number) => fn(hostTensor(new Float32Array(size), [size]));
    for (const size of [10, 12, 14]) await call(size);
    await soon();
    expect([...open]).toEqual([2]);
    await call(3);
    await call(14);
    await soon();
    expect([...open]).toEqual([2, 3]);
    await call(1000);
    await soon();
    expect([...open]).toEqual([4]);
    await fn.dispose();
    expect(open.size).toBe(0);
    expect(() => compile((x: Tensor) => x, { cacheBytes: -1 })).toThrow(
      "compile: cacheBytes -1; give a number of bytes from 0",
    );
  });

  test("keep at most cacheSize plans, and release no plan that runs", async () => {
    const { engine, open, made, most } = countingEngine();
    const fn = compile((x: Tensor) => exp(x), { device: engine, cacheSize: 3 });
    const runs = Array.from({ length: 20 }, (_, i) => fn(hostTensor(new Float32Array(i + 1), [i + 1])));
    expect((await Promise.all(runs)).map(({ shape }) => shape[0])).toEqual(runs.map((_, i) => i + 1));
    await soon();
    expect(open.size).toBe(3);
    for (let i = 0; i < 20; i++) await fn(hostTensor(new Float32Array(i + 1), [i + 1]));
    await soon();
    expect([open.size, made()]).toEqual([3, 40]);
    expect(most()).toBeLessThanOrEqual(24);
    await fn.dispose();
    expect(open.size).toBe(0);
    await expect(fn.dispose()).rejects.toThrow("compile: this function was disposed already");
    expect(() => compile((x: Tensor) => x, { cacheSize: 0 })).toThrow("cacheSize 0; keep at least 1 plan");
  });

  test("that are forgotten release their plans when they are collected", async () => {
    const { engine, open } = countingEngine();
    const use = async () => {
      const fn = compile((x: Tensor) => exp(x), { device: engine });
      await fn(hostTensor([1], [1]));
    };
    await use();
    expect(open.size).toBe(1);
    for (let i = 0; i < 50 && open.size > 0; i++) {
      collect();
      await soon();
    }
    expect(open.size).toBe(0);
  });

  test("whose engine was closed are evicted and collected without an unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", hear);
    let refused = 0;
    const closed: Engine = {
      name: "closed",
      compile: async () => ({
        run: async (inputs) => [inputs[0]!],
        dispose: async () => {
          refused++;
          throw new Error("closed: this engine was disposed");
        },
      }),
    };
    const use = async () => {
      const fn = compile((x: Tensor) => exp(x), { device: closed, cacheSize: 1 });
      for (const length of [1, 2]) await fn(hostTensor(new Float32Array(length), [length]));
    };
    try {
      await use();
      await soon();
      expect(refused).toBe(1);
      for (let i = 0; i < 50 && refused < 2; i++) {
        collect();
        await soon();
      }
      expect(refused).toBe(2);
      const held = compile((x: Tensor) => exp(x), { device: closed });
      await held(hostTensor([1], [1]));
      await expect(held.dispose()).rejects.toThrow("closed: this engine was disposed");
      await soon();
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", hear);
    }
  });

  test("refuse what is no tensor, outside and inside", async () => {
    const fn = compile((x: Tensor) => exp(x), { device });
    const wrong = (value: unknown) => fn(value as HostTensor);
    await expect(wrong(new Float32Array(3))).rejects.toThrow(
      "compile: met Float32Array; a compiled function takes host tensors (see hostTensor) and ndarrays, in arrays and records",
    );
    await expect(wrong(3)).rejects.toThrow("compile: met 3;");
    await expect(wrong(null)).rejects.toThrow("compile: met null;");
    const parameter = new Parameter(hostTensor([1], [1]));
    const returns = compile(() => ({ parameter }) as unknown as Tensor, { device });
    await expect(returns()).rejects.toThrow("met Parameter; a compiled function returns graph tensors");
  });

  test("take ndarrays of any strides, as constants and parameters do", async () => {
    const rows = ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const turned = rows.transpose(1, 0).step(-1, 1);
    const fn = compile((x: Tensor, pair: { y: Tensor }) => ({ x: exp(x), y: add(pair.y, 0) }), { device });
    const { x, y } = await fn(turned, { y: rows.pick(1) });
    expect(x.shape).toEqual([3, 2]);
    expect(x.data).toBeAllclose([3, 6, 2, 5, 1, 4].map(Math.exp), 1e-6);
    expect([...y.data]).toEqual([4, 5, 6]);
    expect(fn.graph(turned, { y: rows.pick(1) }).inputs[0]!.shape).toEqual([3, 2]);
    expect([...new Parameter(turned).data]).toEqual([3, 6, 2, 5, 1, 4]);
    expect([...(await constant(turned).data({ device }))]).toEqual([3, 6, 2, 5, 1, 4]);
  });

  test("tell the time op by op, on engines that can and on those that cannot", async () => {
    const fn = (a: Tensor, b: Tensor) => ({ y: exp(matmul(exp(a), add(b, b))) });
    const feed = hostTensor(new Float32Array(64), [8, 8]);
    const compiled = compile(fn, { device });
    const profile = await compiled.profile(feed, feed);
    const calls = Object.fromEntries(profile.ops.map(({ op, calls }) => [op, calls]));
    expect(calls).toMatchObject({ exp: 2, add: 1, matmul: 1 });
    expect(profile.milliseconds).toBeGreaterThan(0);
    expect(profile.toString().split("\n")).toHaveLength(4);

    const { engine } = await compiled.device(feed, feed);
    const opaque: Engine = {
      name: "opaque",
      compile: async (graph) => {
        const { run, dispose } = await engine.compile(graph);
        return { run, dispose };
      },
    };
    const other = await compile(fn, { device: opaque }).profile(feed, feed);
    expect(Object.fromEntries(other.ops.map(({ op, calls }) => [op, calls]))).toEqual({
      exp: 2,
      add: 1,
      matmul: 1,
    });
  });

  test("tell their device", async () => {
    const fn = compile((x: Tensor) => exp(x), { device });
    expect((await fn.device(hostTensor([1], [1]))).report).toEqual(["gpu:cpu: as asked"]);
  });
});

test("evaluate gives several values at once, and refuses tensors of a trace", async () => {
  const x = constant([2], []);
  expect((await evaluate([add(x, 1), mul(x, 3)], { device })).map(({ data }) => data[0])).toEqual([3, 6]);
  let leaked: Tensor | null = null;
  await compile(
    (t: Tensor) => {
      leaked = t;
      return exp(t);
    },
    { device },
  )(hostTensor([1], [1]));
  await expect(evaluate([leaked!])).rejects.toThrow("evaluate: the tensor belongs to a traced function");
});
