import type { Node } from "@waveft/autograd";
import { sameShape } from "@waveft/autograd";
import type { InferenceSession } from "onnxruntime-node";

export interface ProviderSpec {
  /** Which ONNX Runtime package runs it. */
  readonly runtime: "node" | "web" | "either";
  readonly session: InferenceSession.SessionOptions;
  /** Bytes of frozen parameters that live in the model: where feeding them copies them at every run. */
  readonly embed: number;
  /** Bytes of them in all sessions of an engine together (default: any). */
  readonly embedTogether?: number;
  /** Whether ONNX Runtime's JavaScript API has tensors in its memory: parameters are there once then, for all sessions. */
  readonly gpuTensors?: boolean;
  /** What the machine must have. */
  readonly needs: string;
  /**
   * What is not there where onnxruntime-web runs, or null: without its device it takes the next provider and says
   * nothing.
   */
  readonly lacksInWeb?: () => Promise<string | null>;
  /** Whether the time of a kernel is the time of its call: elsewhere calls return before the work is done. */
  readonly timed: boolean;
  /** Nodes that ONNX Runtime 1.30 computes wrongly there, and that it is told to compute on the CPU. */
  readonly wrong?: (opType: string, origin: Node) => boolean;
  /** Whether there are devices without float16: nodes that touch it then run on the CPU. */
  readonly mayLackHalf?: boolean;
}

/** A protobuf message ends at 2 GiB: what does not fit beside the graph is fed. */
export const embedLimit = 2 ** 31 - 2 ** 27;

/**
 * Measured with 1.30: a conjunction and a power of tensors that are repeated give other values or an error, a
 * transposed convolution in groups gives other numbers.
 */
const wrongOnWebgpu: NonNullable<ProviderSpec["wrong"]> = (opType, { inputs, shape, attributes }) => {
  if (opType === "ConvTranspose") return attributes.groups !== undefined && attributes.groups !== 1;
  if (opType !== "And" && opType !== "Pow") return false;
  return inputs.some((x) => (opType === "And" || x.size !== 1) && !sameShape(x.shape, shape));
};

/** The part of `navigator.gpu` that tells whether there is a GPU. */
interface Gpu {
  requestAdapter(): Promise<object | null>;
}

const lacksAdapter = async (): Promise<string | null> => {
  const gpu = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  if (gpu === undefined) return "there is no navigator.gpu";
  const adapter = await gpu.requestAdapter().catch(() => null);
  return adapter === null ? "the browser has no WebGPU adapter" : null;
};

/** What `onnxEngine` can run on. A new one is one line. */
export const providers = {
  cpu: {
    runtime: "node",
    session: { executionProviders: ["cpu"] },
    embed: 0,
    needs: "Linux x64 or arm64, macOS arm64, or Windows",
    timed: true,
  },
  cuda: {
    runtime: "node",
    session: { executionProviders: ["cuda", "cpu"] },
    embed: embedLimit,
    needs:
      "Linux x64 with an NVIDIA GPU, CUDA, cuDNN, and the libraries that onnxruntime-node's install script downloads",
    timed: false,
  },
  // DirectML demands both of these options.
  dml: {
    runtime: "node",
    session: { executionProviders: ["dml", "cpu"], enableMemPattern: false, executionMode: "sequential" },
    embed: embedLimit,
    needs: "Windows 10 or later with a DirectX 12 GPU",
    timed: false,
  },
  coreml: {
    runtime: "node",
    session: { executionProviders: ["coreml", "cpu"] },
    embed: embedLimit,
    needs: "macOS on Apple silicon",
    timed: false,
  },
  webgpu: {
    runtime: "either",
    session: { executionProviders: ["webgpu", "cpu"] },
    embed: embedLimit,
    needs: "a GPU with a Vulkan, Metal or Direct3D 12 driver, in a browser also navigator.gpu",
    timed: false,
    lacksInWeb: lacksAdapter,
    wrong: wrongOnWebgpu,
    mayLackHalf: true,
    gpuTensors: true,
  },
  // While a session is made, its 4 GiB hold the model and the weights read from it, beside those of other sessions.
  wasm: {
    runtime: "web",
    session: { executionProviders: ["wasm"] },
    embed: 3 * 2 ** 29,
    embedTogether: 3 * 2 ** 29,
    needs: "the package onnxruntime-web",
    timed: false,
  },
} as const satisfies Record<string, ProviderSpec>;

export type Provider = keyof typeof providers;
