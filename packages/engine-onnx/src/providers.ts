import type { InferenceSession } from "onnxruntime-node";

export interface ProviderSpec {
  /** Which ONNX Runtime package runs it. */
  readonly runtime: "node" | "web" | "either";
  readonly session: InferenceSession.SessionOptions;
  /** Whether frozen parameters live in the model: where feeding them copies them at every run. */
  readonly embed: boolean;
}

/** What `onnxEngine` can run on. A new one is one line. */
export const providers = {
  cpu: { runtime: "node", session: { executionProviders: ["cpu"] }, embed: false },
  cuda: { runtime: "node", session: { executionProviders: ["cuda", "cpu"] }, embed: true },
  // DirectML demands both of these.
  dml: {
    runtime: "node",
    session: { executionProviders: ["dml", "cpu"], enableMemPattern: false, executionMode: "sequential" },
    embed: true,
  },
  coreml: { runtime: "node", session: { executionProviders: ["coreml", "cpu"] }, embed: true },
  webgpu: { runtime: "either", session: { executionProviders: ["webgpu", "cpu"] }, embed: true },
  wasm: { runtime: "web", session: { executionProviders: ["wasm"] }, embed: true },
} as const satisfies Record<string, ProviderSpec>;

export type Provider = keyof typeof providers;
