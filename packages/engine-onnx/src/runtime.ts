import type * as OnnxRuntime from "onnxruntime-node";
import { OnnxEngineError } from "./errors";
import type { ProviderSpec } from "./providers";

/** What we use of onnxruntime-node, onnxruntime-web or onnxruntime-common: pass any of them as `runtime`. */
export type Runtime = Pick<typeof OnnxRuntime, "InferenceSession" | "Tensor"> & {
  /** onnxruntime-node only: the providers of its binary. */
  readonly listSupportedBackends?: () => { readonly name: string; readonly bundled: boolean }[];
  /** onnxruntime-web only: the threads of its WebAssembly, read at the first session. */
  readonly env?: { readonly wasm?: { numThreads?: number } };
};

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

/** Where the code runs decides for providers that both packages have. */
export const isNode = typeof process !== "undefined" && process.versions?.node !== undefined;

// `as string` keeps the type checker from needing the optional package; bundlers still see its names, and let an
// import be missing that is caught. Of each build only the one that is asked for is loaded.
const importers = {
  node: (): Promise<unknown> => import("onnxruntime-node"),
  web: (): Promise<unknown> => import("onnxruntime-web" as string).catch(rethrow),
  webWasm: (): Promise<unknown> => import("onnxruntime-web/wasm" as string).catch(rethrow),
  // Its WebGPU; the package's main build has an older one, with wrong results.
  webWebgpu: (): Promise<unknown> => import("onnxruntime-web/webgpu" as string).catch(rethrow),
} as const;

const rethrow = (error: unknown): never => {
  throw error;
};

export type RuntimeBuild = keyof typeof importers;

/** The build of ONNX Runtime that has a provider here; null where none does. */
export const buildFor = (provider: string, { runtime }: ProviderSpec): RuntimeBuild | null => {
  if (isNode) return runtime === "web" ? "web" : "node";
  if (runtime === "node") return null;
  return provider === "webgpu" ? "webWebgpu" : "webWasm";
};

const loaded = new Map<RuntimeBuild, Promise<Runtime>>();

/** Loads ONNX Runtime once; an error says which package to install. */
export const loadRuntime = (build: RuntimeBuild): Promise<Runtime> => {
  const found = loaded.get(build);
  if (found !== undefined) return found;
  const name = build === "node" ? "onnxruntime-node" : "onnxruntime-web";
  const runtime = importers[build]()
    .then(namesOf)
    .catch((error: unknown) => {
      loaded.delete(build);
      throw new OnnxEngineError(
        `onnx: ${name} cannot be loaded (${reason(error)}); install ${name}${build === "node" ? ", which ships binaries for Linux x64 and arm64, macOS arm64 and Windows" : ""}, or use a gpu: device`,
        { cause: error },
      );
    });
  loaded.set(build, runtime);
  return runtime;
};

/** CommonJS through import(): the names may sit on `default` only. Bundlers may replace the package by nothing. */
const namesOf = (module: unknown): Runtime => {
  const names = module as Partial<Runtime> & { default?: Partial<Runtime> };
  const runtime = names.InferenceSession === undefined ? names.default : names;
  if (runtime?.InferenceSession === undefined) throw new Error("it has no InferenceSession here");
  return runtime as Runtime;
};

const queues = new WeakMap<Runtime, Promise<unknown>>();

/**
 * Runs tasks of one ONNX Runtime one after another. In Node its calls block anyway; in a browser two sessions on
 * WebGPU at a time are an error.
 */
export const inTurn = <T>(runtime: Runtime, task: () => Promise<T>): Promise<T> => {
  const result = (queues.get(runtime) ?? Promise.resolve()).then(task);
  queues.set(
    runtime,
    result.then(
      () => undefined,
      () => undefined,
    ),
  );
  return result;
};
