import type { DType, Engine, Node } from "@waveft/autograd";
import { add, cast, constant, makeGraph } from "@waveft/autograd";
import type { InferenceSession } from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { Plan } from "./executable";
import { makeExecutable, openPlan } from "./executable";
import { type GpuMemory, gpuMemory } from "./memory";
import { sentenceOf } from "./messages";
import type { Provider, ProviderSpec } from "./providers";
import { embedLimit, providers } from "./providers";
import type { Runtime, RuntimeBuild } from "./runtime";
import { buildFor, isNode, loadRuntime } from "./runtime";
import type { SessionSettings } from "./session";
import { quiet } from "./session";

export interface OnnxEngineOptions {
  /**
   * Threads inside one operator (default: ONNX Runtime's, one a physical core). On `wasm` the first session of the
   * process fixes them (default: half the cores, at most 4), and a page must be cross-origin isolated to have any.
   */
  threads?: number;
  /** `low` gives intermediate memory back after every run, for about a tenth of its time (default `fast`). */
  memory?: "fast" | "low";
  /**
   * Optimizers of ONNX Runtime to leave out. `CommonSubexpressionElimination` merges recomputed nodes back,
   * so gradient checkpointing needs it off.
   */
  disabledOptimizers?: readonly string[];
  /** Keep frozen parameters in the session instead of feeding them at every run (default: by provider). */
  embedFrozen?: boolean;
  /** ONNX Runtime itself, where it is not found by its package name: `import * as ort from "onnxruntime-web"`. */
  runtime?: Runtime;
  /** Session options of ONNX Runtime, laid over ours. */
  session?: InferenceSession.SessionOptions;
}

/**
 * The engine `onnx:<provider>`: each graph becomes one ONNX model and one session. Throws an
 * `OnnxEngineError` when the provider is unknown or does not work on this machine.
 */
export const onnxEngine = async (
  provider: string = "cpu",
  options: OnnxEngineOptions = {},
): Promise<Engine> => {
  if (!isProvider(provider))
    throw new OnnxEngineError(
      `onnx: no provider "${provider}"; there are ${Object.keys(providers).join(", ")}`,
    );
  const spec: ProviderSpec = providers[provider];
  const name = `onnx:${provider}`;
  const build = buildFor(provider, spec);
  if (build === null && options.runtime === undefined)
    throw new OnnxEngineError(`${name}: it runs in Node only; in browsers there are wasm and webgpu`);
  const runtime = options.runtime ?? (await loadRuntime(build!));
  const backends = runtime.listSupportedBackends?.().map((backend) => backend.name);
  if (backends !== undefined && !backends.includes(provider))
    throw new OnnxEngineError(
      `${name}: this ONNX Runtime has ${backends.filter(isProvider).join(", ")}; ${provider} needs ${spec.needs}`,
    );
  const missing = backends === undefined ? ((await spec.lacksInWeb?.()) ?? null) : null;
  if (missing !== null)
    throw new OnnxEngineError(`${name}: does not work here (${missing}); it needs ${spec.needs}`);
  const { threads, embedFrozen } = options;
  if (threads !== undefined && runtime.env?.wasm !== undefined) runtime.env.wasm.numThreads = threads;
  const embed = embedFrozen === undefined ? spec.embed : embedFrozen ? spec.embed || embedLimit : 0;
  const { wrong = () => false, mayLackHalf = false } = spec;
  const session = sessionOptions(spec, options);
  const memoryLacking = (...lacking: DType[]): GpuMemory | null =>
    spec.gpuTensors === true ? gpuMemory(name, runtime, session, ["bfloat16", ...lacking]) : null;
  const settings: SessionSettings = {
    name,
    runtime,
    options: session,
    memory: memoryLacking(),
    embedFirst: embedFrozen === true,
    embed,
    embedTogether: { most: spec.embedTogether ?? Number.POSITIVE_INFINITY, now: 0 },
    timed: spec.timed && isNode,
    wrong,
  };
  // A missing device, driver or library shows at the first session; and the last one that closes takes the
  // device's context with it, which is slow to make again.
  const kept = provider === "cpu" ? null : await firstPlan(settings, spec.needs);
  if (mayLackHalf && !(await hasHalf(settings)))
    return makeEngine(
      {
        ...settings,
        memory: memoryLacking("float16"),
        wrong: (op, origin) => touchesHalf(origin) || wrong(op, origin),
      },
      kept,
    );
  return makeEngine(settings, kept);
};

const touchesHalf = ({ inputs, dtype }: Node): boolean =>
  [dtype, ...inputs.map((input) => input.dtype)].includes("float16");

/** Whether the device casts from float16. */
const hasHalf = async (settings: SessionSettings): Promise<boolean> => {
  const bits = constant(Uint16Array.of(0), [1], "float16");
  const plan = await openPlan(makeGraph([], [cast(bits, "float32")]), settings);
  try {
    await plan.run([]);
    return true;
  } catch {
    return false;
  } finally {
    await plan.close();
  }
};

const makeEngine = (settings: SessionSettings, kept: Plan | null): Engine => {
  const open = new Set<Plan>(kept === null ? [] : [kept]);
  let disposed = false;
  const { memory } = settings;
  return {
    name: settings.name,
    ...(memory === null ? {} : { memory }),
    compile: async (graph) => {
      if (disposed) throw new OnnxEngineError(`${settings.name}: this engine was disposed; make another`);
      const plan = await openPlan(graph, settings);
      open.add(plan);
      const executable = makeExecutable(graph, settings, plan, () => {
        open.delete(plan);
        forgotten.unregister(plan);
      });
      forgotten.register(executable, { plan, open }, plan);
      return executable;
    },
    dispose: async () => {
      if (disposed) throw new OnnxEngineError(`${settings.name}: this engine was disposed already`);
      disposed = true;
      await memory?.bringHome();
      await Promise.all([...open].map((plan) => plan.close()));
      open.clear();
      await memory?.close();
    },
  };
};

/** The safety net under `dispose`: sessions of executables that nobody holds any more. */
const forgotten = new FinalizationRegistry<{ plan: Plan; open: Set<Plan> }>(({ plan, open }) => {
  open.delete(plan);
  // Nobody waits who could be told.
  plan.close().catch(() => undefined);
});

const firstPlan = async (settings: SessionSettings, needs: string): Promise<Plan> => {
  let plan: Plan | null = null;
  try {
    plan = await openPlan(makeGraph([], [add(constant([1], []), 1)]), settings);
    await plan.run([]);
    return plan;
  } catch (error) {
    await plan?.close();
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    throw new OnnxEngineError(
      `${settings.name}: does not work on this machine (${sentenceOf(reason)}); it needs ${needs}`,
      { cause: error },
    );
  }
};

const isProvider = (name: string): name is Provider => Object.hasOwn(providers, name);

/** Providers that can be tried here: those of the installed binary, and those of onnxruntime-web where it is. */
export const listProviders = async (): Promise<Provider[]> => {
  const builds: readonly RuntimeBuild[] = isNode ? ["node", "web"] : ["webWasm", "webWebgpu"];
  const inBuild = { node: [], web: ["wasm"], webWasm: ["wasm"], webWebgpu: ["webgpu"] } as const;
  const found = new Set<Provider>();
  for (const build of builds) {
    if (build === "webWebgpu" && !("gpu" in navigator)) continue;
    const runtime = await loadRuntime(build).catch(() => null);
    if (runtime === null) continue;
    const names = runtime.listSupportedBackends?.().map(({ name }) => name) ?? inBuild[build];
    for (const name of names) if (isProvider(name)) found.add(name);
  }
  return [...found];
};

const sessionOptions = (
  spec: ProviderSpec,
  { threads, memory = "fast", disabledOptimizers = [], session = {} }: OnnxEngineOptions,
): InferenceSession.SessionOptions => ({
  graphOptimizationLevel: "all",
  ...quiet,
  ...memoryOptions[memory],
  ...spec.session,
  ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  ...session,
  extra: {
    // Folding would keep a gradient's zeros, large as an embedding, in the session; weights are no constants here.
    optimization: { disable_specified_optimizers: ["ConstantFolding", ...disabledOptimizers].join(";") },
    ...session.extra,
  },
});

/**
 * Measured on two blocks of OPT-350m's shape: the arena without patterns is as fast as with them and holds
 * 670 MB instead of 1,070; patterns without the arena hold 265 MB, but every run pays its page faults again.
 */
const memoryOptions = {
  fast: { enableCpuMemArena: true, enableMemPattern: false },
  low: { enableCpuMemArena: false, enableMemPattern: true },
} as const satisfies Record<string, InferenceSession.SessionOptions>;
