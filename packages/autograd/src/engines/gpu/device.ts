import { AutogradError } from "../../errors";
import { kernelFunctions } from "../../kernel-text";
import type { GpuMode } from "./mode";
import type { PlanStep } from "./plan";

/** A kernel made ready: called with flat arrays, it gives a flat array; inside a pipeline's build, handles. */
export type Kernel = (...arrays: readonly unknown[]) => unknown;

/** A traced sequence of kernels. Arrays given to a run are copied; results are the caller's. */
export interface Pipeline {
  run(arrays: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  destroy(): Promise<void>;
}

/** One gpu.js instance. */
export interface GpuDevice {
  readonly mode: GpuMode;
  createKernel(step: Pick<PlanStep, "source" | "size" | "args" | "scalar">): Kernel;
  destroyKernel(kernel: Kernel): void;
  /** `build` is called once, with one handle an argument, and gives the handles of the results. */
  createPipeline(
    build: (handles: readonly unknown[]) => readonly unknown[],
    argumentCount: number,
    threads: boolean,
  ): Pipeline;
  destroy(): Promise<void>;
}

// What this file uses of gpu.js 2.24, whose own types leave out `kernels` and `loopMaxIterations`.
interface KernelShortcut extends Kernel {
  readonly kernel: object;
  destroy(): void;
}
interface PipelineShortcut {
  (...arrays: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  destroy(): Promise<void>;
}
interface GpuInstance {
  readonly kernels: object[];
  addFunction(source: string, settings: object): unknown;
  createKernel(source: string, settings: object): KernelShortcut;
  createPipeline(build: (...handles: readonly unknown[]) => unknown, settings: object): PipelineShortcut;
  destroy(): Promise<void>;
}
interface GpuModule {
  readonly GPU: {
    new (settings: { mode: GpuMode }): GpuInstance;
    readonly isWebGL2Supported: boolean;
    readonly isWebAssemblySupported: boolean;
    isWebGPUAvailable(): Promise<boolean>;
  };
}

/** Types of a kernel's parameters: arrays, then integers. */
const registerTypes = (arrays: number, registers: number): string[] => [
  ...Array.from({ length: arrays }, () => "Array"),
  ...Array.from({ length: registers }, () => "Integer"),
];

/** gpu.js, loaded on first use: it looks for native libraries while it loads. */
const load = async (): Promise<GpuModule> => {
  const module = (await import("gpu.js")) as unknown as GpuModule & { default?: GpuModule };
  return module.GPU === undefined ? module.default! : module;
};

const isAvailable = async ({ GPU }: GpuModule, mode: GpuMode): Promise<boolean> => {
  if (mode === "webgpu") return GPU.isWebGPUAvailable().catch(() => false);
  if (mode === "webgl2") return GPU.isWebGL2Supported;
  return mode === "cpu" || GPU.isWebAssemblySupported;
};

export const openDevice = async (mode: GpuMode): Promise<GpuDevice> => {
  const module = await load();
  if (!(await isAvailable(module, mode)))
    throw new AutogradError(`gpu:${mode}: not available here; gpu:webasm and gpu:cpu run everywhere`);
  const gpu = new module.GPU({ mode });
  for (const { source, arguments: names } of kernelFunctions)
    gpu.addFunction(source, {
      argumentTypes: Object.fromEntries(names.map((name) => [name, "Number"])),
      returnType: "Number",
    });
  // The gpu.js kernel behind each of ours.
  const shortcuts = new WeakMap<Kernel, KernelShortcut>();
  return {
    mode,
    createKernel: ({ source, size, args, scalar }) => {
      const shortcut = gpu.createKernel(source, {
        output: scalar === undefined ? [size] : [1, scalar.y, scalar.z],
        // Loop bounds are literal and thereby uncapped; the cap would be 1000 otherwise.
        loopMaxIterations: 2 ** 24,
        ...(mode === "webgl2" ? { precision: "single" } : {}),
        ...(scalar === undefined
          ? {}
          : { argumentTypes: registerTypes(args.length, scalar.registers.length) }),
      });
      shortcuts.set(shortcut, shortcut);
      if (scalar === undefined) return shortcut;
      const zeros = scalar.registers.map(() => 0);
      const kernel: Kernel = (...arrays) => shortcut(...arrays, ...zeros);
      shortcuts.set(kernel, shortcut);
      return kernel;
    },
    destroyKernel: (kernel) => {
      const shortcut = shortcuts.get(kernel)!;
      shortcut.destroy();
      // On the cpu, gpu.js keeps destroyed kernels, with their arrays.
      const at = gpu.kernels.indexOf(shortcut.kernel);
      if (at >= 0) gpu.kernels.splice(at, 1);
    },
    createPipeline: (build, argumentCount, threads) => {
      const traced = (...handles: readonly unknown[]) => build(handles);
      // gpu.js makes as many handles as the function has parameters.
      Object.defineProperty(traced, "length", { value: argumentCount });
      const pipeline = gpu.createPipeline(traced, { threads });
      const run = async (arrays: readonly Float32Array[]) => {
        const results = await pipeline(...arrays);
        // Unfused, steps of more than one axis would be read wrongly.
        if (mode === "webasm" && pipeline.executorKind === "generic")
          throw new AutogradError(
            `gpu:webasm: gpu.js does not fuse this graph (${pipeline.fallbackReason}); use gpu:cpu`,
          );
        return results;
      };
      return { run, destroy: () => pipeline.destroy() };
    },
    destroy: () => gpu.destroy(),
  };
};
