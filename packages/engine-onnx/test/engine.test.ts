import { add, cast, constant, hostTensor, makeGraph, mul, Parameter, sum, Tensor } from "@waveft/autograd";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { isOnnxEngineError, listProviders, onnxEngine, type Runtime } from "../src";
import { loadRuntime } from "../src/runtime";
import { runOn } from "./run";

const engine = await onnxEngine();
const input = (shape: number[], dtype: "float32" | "int32" | "bool" | "bfloat16" = "float32") =>
  new Tensor("input", [], {}, shape, dtype);
const vector = (...data: number[]) => hostTensor(data, [data.length]);

describe("outputs", () => {
  test("may be inputs, parameters, constants, and the same value twice; none shares memory", async () => {
    const weight = new Parameter(vector(1, 2));
    const x = input([2]);
    const y = add(x, weight);
    const c = constant([7], []);
    const executable = await engine.compile(makeGraph([x], [y, y, x, x, weight.tensor, c, c]));
    const feed = vector(3, 4);
    const results = await executable.run([feed]);
    expect(results.map(({ data }) => [...data])).toEqual([[4, 6], [4, 6], [3, 4], [3, 4], [1, 2], [7], [7]]);
    results.forEach(({ data }, i) => {
      data.fill(i);
    });
    expect(results.map(({ data }) => data[0])).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([feed.data[0], weight.data[0]]).toEqual([3, 1]);
    expect((await executable.run([feed]))[0]!.data).toEqual(Float32Array.of(4, 6));
    expect(results[0]!.data).toEqual(Float32Array.of(0, 0));
    await executable.dispose();
  });

  test("need not depend on every input", async () => {
    const [y] = await runOn(engine, [vector(1), hostTensor([1, 0], [2], "bool"), vector()], (x) => [
      add(x!, 1),
    ]);
    expect(y!.data).toEqual(Float32Array.of(2));
  });
});

describe("parameters", () => {
  test.each([false, true])("are read at each launch (embedded while frozen: %s)", async (embedFrozen) => {
    const embedding = await onnxEngine("cpu", { embedFrozen });
    const weight = new Parameter(hostTensor(new Float32Array(100).fill(1), [100]), { requiresGrad: false });
    const x = input([100]);
    const executable = await embedding.compile(makeGraph([x], [sum(mul(x, weight))]));
    const feed = hostTensor(new Float32Array(100).fill(2), [100]);
    const value = async () => (await executable.run([feed]))[0]!.data[0];
    expect(await value()).toBe(200);
    weight.data = new Float32Array(100).fill(3);
    expect(await value()).toBe(600);
    weight.data[0] = 13;
    weight.touch();
    expect(await value()).toBe(620);
    expect(await value()).toBe(620);
    await executable.dispose();
  });

  test("in half precision are embedded too", async () => {
    const embedding = await onnxEngine("cpu", { embedFrozen: true });
    for (const [dtype, bits] of [
      ["float16", 0x3c00],
      ["bfloat16", 0x3f80],
    ] as const) {
      const weight = new Parameter(hostTensor(new Uint16Array(80).fill(bits), [80], dtype), {
        requiresGrad: false,
      });
      const [total] = await runOn(embedding, [], () => [sum(cast(weight, "float32"))]);
      expect(total!.data[0]).toBe(80);
    }
  });
});

describe("runs", () => {
  test("started together follow one another, and a disposal waits for them", async () => {
    const x = input([1]);
    const executable = await engine.compile(makeGraph([x], [mul(x, x)]));
    const runs = [1, 2, 3].map((n) => executable.run([vector(n)]));
    const disposal = executable.dispose();
    expect((await Promise.all(runs)).map(([y]) => y!.data[0])).toEqual([1, 4, 9]);
    await disposal;
  });

  test("that fail leave the executable usable", async () => {
    const x = input([1]);
    const executable = await engine.compile(makeGraph([x], [mul(x, x)]));
    await expect(executable.run([vector(1, 2)])).rejects.toThrow(
      "onnx:cpu: input 0 is float32[2] in Float32Array(2); the graph takes float32[1]",
    );
    await expect(executable.run([hostTensor([1], [1], "int32")])).rejects.toThrow("input 0 is int32[1]");
    await expect(executable.run([])).rejects.toThrow("given 0 inputs; the graph takes 1");
    const short = { data: new Float32Array(3), shape: [1], dtype: "float32" } as const;
    await expect(executable.run([short])).rejects.toThrow("input 0 is float32[1] in Float32Array(3)");
    expect((await executable.run([vector(5)]))[0]!.data[0]).toBe(25);
    await executable.dispose();
  });

  test("and disposals after a disposal are refused", async () => {
    const executable = await engine.compile(makeGraph([], [constant([1], [])]));
    await executable.dispose();
    await expect(executable.run([])).rejects.toThrow("onnx:cpu: this executable was disposed; compile");
    await expect(executable.dispose()).rejects.toThrow("disposed already");
  });
});

describe("engines", () => {
  test("of every kind of memory, thread count and optimizer set agree", async () => {
    for (const options of [
      { memory: "low" },
      { threads: 1 },
      { disabledOptimizers: ["CommonSubexpressionElimination"] },
      { session: { graphOptimizationLevel: "disabled" } },
    ] as const) {
      const [y] = await runOn(await onnxEngine("cpu", options), [vector(1, 2)], (x) => [
        add(mul(x!, x!), mul(x!, x!)),
      ]);
      expect(y!.data).toEqual(Float32Array.of(2, 8));
    }
  });

  test("are named by provider, and cpu is always there", async () => {
    expect(engine.name).toBe("onnx:cpu");
    expect(await listProviders()).toEqual(expect.arrayContaining(["cpu", "wasm"]));
  });

  test("of unknown providers are refused with the list of those that exist", async () => {
    const error = await onnxEngine("quantum").catch((e: unknown) => e);
    expect(isOnnxEngineError(error)).toBe(true);
    expect(String(error)).toContain('no provider "quantum"; there are cpu, cuda, dml, coreml, webgpu, wasm');
  });

  test("that this machine lacks say so", async () => {
    const { listSupportedBackends: _, ...rest } = await loadRuntime("node");
    const bare = { ...rest, listSupportedBackends: () => [{ name: "cpu", bundled: true }] };
    await expect(onnxEngine("cuda", { runtime: bare })).rejects.toThrow(
      "onnx:cuda: this ONNX Runtime has cpu; cuda needs Linux x64 with an NVIDIA GPU",
    );
  });

  test("whose device does not work say what it needs", async () => {
    const { Tensor } = await loadRuntime("node");
    const create = () => Promise.reject(new Error("Failed to load shared library"));
    const names = ["cuda", "dml", "coreml", "webgpu"];
    const listSupportedBackends = () => names.map((name) => ({ name, bundled: true }));
    const runtime = { Tensor, InferenceSession: { create }, listSupportedBackends };
    for (const [provider, needs] of [
      ["cuda", "Linux x64 with an NVIDIA GPU, CUDA, cuDNN, and the libraries that"],
      ["dml", "Windows 10 or later with a DirectX 12 GPU"],
      ["coreml", "macOS"],
      ["webgpu", "a GPU with a Vulkan, Metal or Direct3D 12 driver"],
    ] as const)
      await expect(onnxEngine(provider, { runtime })).rejects.toThrow(
        `onnx:${provider}: does not work on this machine (Failed to load shared library); it needs ${needs}`,
      );
  });

  test("refuse a graph that names an input it does not list", async () => {
    await expect(engine.compile(makeGraph([], [add(input([2]), 1)]))).rejects.toThrow(
      "onnx: the graph needs input float32[2], which is not among its inputs",
    );
  });
});

test.each([
  [undefined, "there is no navigator.gpu"],
  [{}, "there is no navigator.gpu"],
  [{ gpu: { requestAdapter: async () => null } }, "the browser has no WebGPU adapter"],
  [
    { gpu: { requestAdapter: () => Promise.reject(new Error("blocked")) } },
    "the browser has no WebGPU adapter",
  ],
])(
  "onnx:webgpu of onnxruntime-web does not run on WebAssembly under that name: %j",
  async (navigator, why) => {
    const { InferenceSession, Tensor } = await import("onnxruntime-web");
    vi.stubGlobal("navigator", navigator);
    onTestFinished(() => void vi.unstubAllGlobals());
    const runtime = { InferenceSession, Tensor } as unknown as Runtime;
    await expect(onnxEngine("webgpu", { runtime })).rejects.toThrow(
      `onnx:webgpu: does not work here (${why}); it needs a GPU`,
    );
  },
);
