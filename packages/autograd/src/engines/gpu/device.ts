import { AutogradError } from "../../errors";
import type { EngineFacts } from "../../support";
import { functionsFor, textFor } from "./functions";
import type { Kernel, Machine } from "./machine";
import type { GpuMode } from "./mode";
import type { PlanStep } from "./plan";
import { type WebAssemblyKernel, type WorkerPool, webAssemblyMachine } from "./web-assembly-machine";
import { findWebGl } from "./web-gl";
import { findWebGpu } from "./web-gpu";
import { type WebGpuDevice, type WebGpuKernel, webGpuMachine } from "./web-gpu-machine";

/** A traced sequence of kernels. Arrays given to a run are copied; results are the caller's. */
export interface Pipeline {
  run(arrays: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  destroy(): Promise<void>;
}

/** What a kernel is made of. */
export type KernelText = Pick<PlanStep, "source" | "size" | "args" | "scalar">;

export interface TimedKernel {
  run(arrays: readonly unknown[]): Promise<{ readonly value: unknown; readonly milliseconds: number }>;
  destroy(): void;
}

/** One gpu.js instance. */
export interface GpuDevice {
  readonly mode: GpuMode;
  readonly facts: EngineFacts;
  /** Where kernels run on arrays that stay; null where gpu.js itself moves them. */
  readonly machine: Machine | null;
  createKernel(step: KernelText): Kernel;
  destroyKernel(kernel: Kernel): void;
  /** A kernel whose values stay on the device, for measuring it alone. Give its values to `drop`. */
  createTimedKernel(step: KernelText): TimedKernel;
  drop(value: unknown): void;
  /** `build` is called once, with one handle an argument, and gives the handles of the results. */
  createPipeline(build: (handles: readonly unknown[]) => readonly unknown[], argumentCount: number): Pipeline;
  destroy(): Promise<void>;
}

// What this file uses of gpu.js 2.24, whose own types leave out `kernels` and `loopMaxIterations`.
interface KernelShortcut extends Kernel {
  readonly kernel: object;
  destroy(): void;
}
interface PipelineShortcut {
  (...arrays: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  destroy(): Promise<void>;
}
interface Texture {
  delete(): void;
}
interface GpuInstance {
  /** WebGL's. */
  readonly context: { finish(): void };
  readonly kernels: object[];
  addFunction(source: string, settings: object): unknown;
  createKernel(source: string, settings: object): KernelShortcut;
  createPipeline(build: (...handles: readonly unknown[]) => unknown): PipelineShortcut;
  destroy(): Promise<void>;
}
interface GpuModule {
  readonly WebGPUContext: { acquire(): Promise<{ readonly device: WebGpuDevice }> };
  readonly GPU: {
    new (settings: { mode: GpuMode }): GpuInstance;
    readonly isWebGL2Supported: boolean;
    readonly isWebAssemblySupported: boolean;
  };
}

/** Types of a kernel's parameters: arrays, then integers. */
const registerTypes = (arrays: number, registers: number): string[] => [
  ...Array.from({ length: arrays }, () => "Array"),
  ...Array.from({ length: registers }, () => "Integer"),
];

/** Registers are parameters: zeros are given for them. */
const withRegisters = ({ scalar }: KernelText, shortcut: KernelShortcut): Kernel => {
  if (scalar === undefined) return shortcut;
  const zeros = scalar.registers.map(() => 0);
  return (...arrays) => shortcut(...arrays, ...zeros);
};

/** The flat array of a value of three axes. */
const flat = (value: unknown, size: number): Float32Array => {
  const array = new Float32Array(size);
  let at = 0;
  for (const plane of value as Float32Array[][])
    for (const row of plane) {
      array.set(row, at);
      at += row.length;
    }
  return array;
};

/** gpu.js, loaded on first use: it looks for native libraries while it loads. */
const load = async (): Promise<GpuModule> => {
  const module = (await import("gpu.js")) as unknown as GpuModule & { default?: GpuModule };
  return module.GPU === undefined ? module.default! : module;
};

/** What is known of a mode, before gpu.js is loaded; an error says why it is missing. */
const findFacts = async (mode: GpuMode): Promise<EngineFacts> => {
  if (mode !== "webgpu" && mode !== "webgl2") return {};
  const facts = mode === "webgpu" ? await findWebGpu() : findWebGl();
  if ("missing" in facts)
    throw new AutogradError(
      `gpu:${mode}: not available here: ${facts.missing}; gpu:webasm and gpu:cpu run everywhere`,
    );
  return facts;
};

const isAvailable = ({ GPU }: GpuModule, mode: GpuMode): boolean => {
  if (mode === "webgl2") return GPU.isWebGL2Supported;
  return mode !== "webasm" || GPU.isWebAssemblySupported;
};

/** What gpu.js 2.24 keeps of a kernel that runs in threads. */
interface ThreadedKernel {
  readonly constructor: { readonly isThreadsSupported: boolean };
  readonly _pool: WorkerPool;
}

/** Makes gpu.js's threads, which belong to a kernel: one that has run once, for this. Null where there are none. */
const poolsOf = (gpu: GpuInstance): (() => Promise<WorkerPool>) | null => {
  const size = 2 ** 13;
  const make = () =>
    gpu.createKernel("function(a) { return a[this.thread.x]; }", { output: [size], asyncMode: true });
  const first = make();
  const { isThreadsSupported } = (first.kernel as ThreadedKernel).constructor;
  first.destroy();
  if (!isThreadsSupported) return null;
  return async () => {
    const shortcut = make();
    await shortcut(new Float32Array(size));
    const pool = (shortcut.kernel as ThreadedKernel)._pool;
    const destroy = () => shortcut.destroy();
    return {
      size: pool.size,
      dispatchPipeline: (...args) => pool.dispatchPipeline(...args),
      release: (id) => pool.release(id),
      destroy,
    };
  };
};

export const openDevice = async (mode: GpuMode): Promise<GpuDevice> => {
  const facts = await findFacts(mode);
  const module = await load();
  if (!isAvailable(module, mode))
    throw new AutogradError(`gpu:${mode}: not available here: gpu.js finds none; gpu:cpu runs everywhere`);
  const gpu = new module.GPU({ mode });
  const webGpu = mode === "webgpu" ? (await module.WebGPUContext.acquire()).device : null;
  // WebGPU tells of what went wrong (memory ran out, say) beside the results, which are then zeros.
  const faults: string[] = [];
  const hear = (event: Event) => faults.push((event as Event & { error: Error }).error.message);
  webGpu?.addEventListener("uncapturederror", hear);
  for (const { source, arguments: names } of functionsFor(mode))
    gpu.addFunction(source, {
      argumentTypes: Object.fromEntries(names.map((name) => [name, "Number"])),
      returnType: "Number",
    });
  const make = ({ source, size, args, scalar }: KernelText, settings: object = {}): KernelShortcut =>
    gpu.createKernel(textFor(mode, source), {
      output: scalar === undefined ? [size] : [1, scalar.y, scalar.z],
      // Loop bounds are literal and thereby uncapped; the cap would be 1000 otherwise.
      loopMaxIterations: 2 ** 24,
      ...(mode === "webgl2" ? { precision: "single" } : {}),
      ...(scalar === undefined ? {} : { argumentTypes: registerTypes(args.length, scalar.registers.length) }),
      ...settings,
    });
  const remove = (shortcut: KernelShortcut): void => {
    shortcut.destroy();
    // On the cpu, gpu.js keeps destroyed kernels, with their arrays.
    const at = gpu.kernels.indexOf(shortcut.kernel);
    if (at >= 0) gpu.kernels.splice(at, 1);
  };
  const check = (): void => {
    const [fault] = faults.splice(0);
    if (fault !== undefined) throw new AutogradError(`gpu:webgpu: ${fault.split("\n")[0]}`);
  };
  /** Waits until the GPU has done what it was given. */
  const settled = async (): Promise<void> => {
    if (mode === "webgl2") gpu.context.finish();
    await webGpu?.queue.onSubmittedWorkDone();
  };
  // The gpu.js kernel behind each of ours.
  const shortcuts = new WeakMap<Kernel, KernelShortcut>();
  const inner = <K>(kernel: Kernel): K => shortcuts.get(kernel)!.kernel as K;
  const machineOf = (): Machine | null => {
    if (webGpu !== null) return webGpuMachine(webGpu, inner<WebGpuKernel>, check) as Machine;
    return mode === "webasm" ? (webAssemblyMachine(inner<WebAssemblyKernel>, poolsOf(gpu)) as Machine) : null;
  };
  const machine = machineOf();
  return {
    mode,
    facts,
    machine,
    createKernel: (step) => {
      const shortcut = make(step);
      const kernel = withRegisters(step, shortcut);
      shortcuts.set(kernel, shortcut);
      return kernel;
    },
    destroyKernel: (kernel) => remove(shortcuts.get(kernel)!),
    createTimedKernel: (step) => {
      const stays = mode === "webgl2" || mode === "webgpu";
      const shortcut = make(step, stays ? { pipeline: true, immutable: true, dynamicArguments: true } : {});
      const kernel = withRegisters(step, shortcut);
      return {
        run: async (arrays) => {
          await settled();
          const start = performance.now();
          const value = await kernel(...arrays);
          await settled();
          const milliseconds = performance.now() - start;
          return { value: step.scalar === undefined ? value : flat(value, step.size), milliseconds };
        },
        destroy: () => remove(shortcut),
      };
    },
    drop: (value) => (value as Partial<Texture> | undefined)?.delete?.(),
    createPipeline: (build, argumentCount) => {
      const traced = (...handles: readonly unknown[]) => build(handles);
      // gpu.js makes as many handles as the function has parameters.
      Object.defineProperty(traced, "length", { value: argumentCount });
      const pipeline = gpu.createPipeline(traced);
      return { run: (arrays) => pipeline(...arrays), destroy: () => pipeline.destroy() };
    },
    destroy: () => {
      webGpu?.removeEventListener("uncapturederror", hear);
      machine?.destroy();
      return gpu.destroy();
    },
  };
};
