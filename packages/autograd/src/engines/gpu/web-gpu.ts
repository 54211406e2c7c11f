import type { EngineFacts } from "../../support";

/** Why a kind of GPU is missing, or what is known of it. */
export type GpuFacts = { readonly missing: string } | Required<EngineFacts>;

// What of WebGPU is looked at; its own types are those of the browser.
interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean; readonly description?: string };
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
}
interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface NodeWebGpu {
  create(options: readonly string[]): WebGpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

const scope = globalThis as { navigator?: { gpu?: WebGpu } };

/** Names of drivers that compute on the processor. */
export const software = /swiftshader|llvmpipe|lavapipe|microsoft basic render/i;

/** Node has no WebGPU: the optional package `webgpu` is put where a browser has it, before gpu.js looks. */
const provide = async (): Promise<string | null> => {
  if (scope.navigator?.gpu !== undefined) return null;
  if (globalThis.process?.versions?.node === undefined) return "this browser has no WebGPU";
  // A name that bundlers do not follow: in browsers nothing is missing.
  const name = "webgpu";
  try {
    const module: NodeWebGpu = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
    Object.assign(globalThis, module.globals);
    const gpu = module.create([]);
    // Node 20 has no navigator; later ones have one that can be added to.
    if (scope.navigator === undefined)
      Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
    Object.defineProperty(scope.navigator, "gpu", { value: gpu, configurable: true });
    return null;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === "ERR_MODULE_NOT_FOUND"
      ? "in Node it needs the optional package webgpu; install it"
      : `the package webgpu does not load: ${message.split("\n")[0]}`;
  }
};

/** What WebGPU gives here; gpu.js asks the same adapter for its limits. */
export const findWebGpu = async (): Promise<GpuFacts> => {
  const missing = await provide();
  if (missing !== null) return { missing };
  const adapter = await scope.navigator!.gpu!.requestAdapter().catch(() => null);
  if (adapter === null) return { missing: "no graphics driver gives an adapter" };
  const { isFallbackAdapter = false, description = "" } = adapter.info ?? {};
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  return {
    limits: { elements: 2 ** 31 - 1, bytes: Math.min(maxStorageBufferBindingSize, maxBufferSize) },
    software: isFallbackAdapter || software.test(description),
  };
};
