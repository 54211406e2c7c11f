import type { Engine } from "@waveft/autograd";
import { add, constant, makeGraph } from "@waveft/autograd";
import type { InferenceSession } from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { SessionSettings } from "./executable";
import { makeExecutable } from "./executable";
import type { Provider, ProviderSpec } from "./providers";
import { providers } from "./providers";
import type { Runtime } from "./runtime";
import { isNode, loadRuntime } from "./runtime";

export interface OnnxEngineOptions {
  /** Threads inside one operator (default: ONNX Runtime's, one a physical core). */
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
 * `OnnxEngineError` when the provider is unknown or not in this machine's ONNX Runtime.
 */
export const onnxEngine = async (
  provider: string = "cpu",
  options: OnnxEngineOptions = {},
): Promise<Engine> => {
  const spec = (providers as Record<string, ProviderSpec | undefined>)[provider];
  if (spec === undefined)
    throw new OnnxEngineError(
      `onnx: no provider "${provider}"; there are ${Object.keys(providers).join(", ")}`,
    );
  const runtime = options.runtime ?? (await loadRuntime(packageFor(spec)));
  const backends = runtime.listSupportedBackends?.().map(({ name }) => name);
  if (backends !== undefined && !backends.includes(provider))
    throw new OnnxEngineError(
      `onnx: this ONNX Runtime has no provider "${provider}"; it has ${backends.filter(isProvider).join(", ")}`,
    );
  const name = `onnx:${provider}`;
  const embed = options.embedFrozen ?? spec.embed;
  const settings = { name, runtime, options: sessionOptions(spec, options), embed };
  if (provider !== "cpu") await probe(settings);
  return { name, compile: (graph) => makeExecutable(graph, settings) };
};

/** A device, driver or library that is missing shows at the first session: make a small one now. */
const probe = async (settings: SessionSettings): Promise<void> => {
  try {
    const executable = await makeExecutable(makeGraph([], [add(constant([1], []), 1)]), settings);
    await executable.run([]);
    await executable.dispose();
  } catch (error) {
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    throw new OnnxEngineError(
      `${settings.name}: does not work on this machine: ${reason instanceof Error ? reason.message : String(reason)}`,
      { cause: error },
    );
  }
};

const packageFor = ({ runtime }: ProviderSpec): "node" | "web" =>
  runtime === "either" ? (isNode ? "node" : "web") : runtime;

const isProvider = (name: string): name is Provider => name in providers;

/** Providers that can be tried here: those of the installed binary, and `wasm` where onnxruntime-web is. */
export const listProviders = async (): Promise<Provider[]> => {
  const found: Provider[] = [];
  for (const kind of ["node", "web"] as const) {
    const runtime = await loadRuntime(kind).catch(() => null);
    if (runtime === null) continue;
    const names = runtime.listSupportedBackends?.().map(({ name }) => name) ?? ["wasm"];
    for (const name of names) if (isProvider(name) && !found.includes(name)) found.push(name);
  }
  return found;
};

const sessionOptions = (
  spec: ProviderSpec,
  { threads, memory = "fast", disabledOptimizers = [], session }: OnnxEngineOptions,
): InferenceSession.SessionOptions => ({
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
  ...memoryOptions[memory],
  ...spec.session,
  ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  // Folding would keep a gradient's zeros, large as an embedding, in the session; weights are no constants here.
  extra: {
    optimization: { disable_specified_optimizers: ["ConstantFolding", ...disabledOptimizers].join(";") },
  },
  ...session,
});

/**
 * Measured on two blocks of OPT-350m's shape: the arena without patterns is as fast as with them and holds
 * 670 MB instead of 1,070; patterns without the arena hold 265 MB, but every run pays its page faults again.
 */
const memoryOptions = {
  fast: { enableCpuMemArena: true, enableMemPattern: false },
  low: { enableCpuMemArena: false, enableMemPattern: true },
} as const satisfies Record<string, InferenceSession.SessionOptions>;
