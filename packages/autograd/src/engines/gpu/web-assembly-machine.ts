import type { Kernel, Machine, Place } from "./machine";
import { WasmHeap } from "./wasm-heap";
import { withMemoryPages } from "./wasm-limits";

type Run = (from: number, to: number, seed: number) => void;

interface Layout {
  readonly arrays: Readonly<Record<string, object>>;
  readonly scalars: Readonly<Record<string, object>>;
  readonly constantArrays: Readonly<Record<string, object>>;
  readonly outputOffset: number;
}

/** What is used of a kernel of gpu.js 2.24 on WebAssembly: what its own executor of pipelines uses. */
export interface WebAssemblyKernel {
  readonly constructor: {
    readonly isThreadsSupported: boolean;
    dispatchSpans(run: Run, runSimd: Run | null, cells: number, rowCells: number, seed: number): void;
  };
  readonly argumentNames: readonly string[];
  readonly output: ArrayLike<number>;
  threadDim: number[] | null;
  tracedFunctions: readonly string[] | null;
  readonly usedMathImports: ReadonlySet<string>;
  setupConstants(): void;
  setupArguments(args: readonly unknown[]): void;
  validateSettings(args: readonly unknown[]): void;
  translateSource(): boolean;
  _assembleModule(layout: Layout, cells: number, shared: boolean): { readonly bytes: Uint8Array };
}

/** Of a plan, what gpu.js's worker threads are told. */
interface ThreadEntry {
  readonly id: string;
  readonly pipeline: true;
  readonly memory: WebAssembly.Memory;
  readonly modules: readonly WebAssembly.Module[];
  readonly moduleMathImports: readonly (readonly string[])[];
  readonly steps: readonly { readonly module: number; readonly sizeX: number }[];
  readonly countIndex: number;
  readonly genIndex: number;
  readonly abortIndex: number;
  readonly workerCount: number;
  /** For each worker, of each step the first cell and the one after the last. */
  readonly workerRanges: readonly (readonly number[])[];
}

/** gpu.js's worker threads. */
export interface WorkerPool {
  readonly size: number;
  dispatchPipeline(entry: ThreadEntry, run: { baseGen: number; seeds: readonly number[] }): Promise<void>;
  release(id: string): void;
  destroy(): void;
}

interface WasmPlace extends Place {
  /** In bytes. */
  readonly offset: number;
}

interface Step {
  readonly run: Run;
  readonly runSimd: Run | null;
  readonly module: number;
  readonly cells: number;
  readonly rowCells: number;
}

/** Fewer cells than these a worker are not worth its start. */
const leastCells = 4096;
let plans = 0;

/**
 * gpu.js's kernels on one memory for all plans of the engine.
 *
 * @param newPool null where this process has no threads that share memory
 */
export const webAssemblyMachine = (
  inner: (kernel: Kernel) => WebAssemblyKernel,
  newPool: (() => Promise<WorkerPool>) | null,
): Machine<WasmPlace> => {
  const shared = newPool !== null;
  const heap = new WasmHeap(shared, 2 ** 16);
  let pool: Promise<WorkerPool> | null = null;
  const takePool = (): Promise<WorkerPool> => {
    pool ??= newPool!();
    return pool;
  };
  const dropPool = async (): Promise<void> => {
    const old = pool;
    pool = null;
    // One that could not be made has told the run that asked for it.
    (await old?.catch(() => null))?.destroy();
  };
  let threaded = 0;

  const allocate = (size: number): WasmPlace => ({ size, offset: heap.allocate(4 * size) });
  const free = ({ offset, size }: WasmPlace): void => heap.free(offset, 4 * size);
  const of = ({ offset, size }: WasmPlace): Float32Array =>
    heap.floats.subarray(offset / 4, offset / 4 + size);

  /** Types and text, once for a kernel. */
  const translate = (kernel: WebAssemblyKernel, args: readonly unknown[]): void => {
    if (kernel.tracedFunctions !== null) return;
    kernel.setupConstants();
    kernel.setupArguments(args);
    kernel.validateSettings(args);
    kernel.threadDim = [...Array.from(kernel.output), 1, 1].slice(0, 3);
    if (!kernel.translateSource()) throw new Error("gpu.js: a kernel gives no numbers");
  };

  return {
    allocate,
    free,
    write: (place, values) => of(place).set(values),
    read: async (place) => new Float32Array(of(place)),
    prepare: async (placed, { reads, moves }, threads) => {
      const zero = allocate(1);
      of(zero)[0] = 0;
      const modules: WebAssembly.Module[] = [];
      const imports: (readonly string[])[] = [];
      const made = new Map<string, Omit<Step, "cells" | "rowCells">>();
      const kernelIds = new Map<WebAssemblyKernel, number>();
      const most = Math.max(0, ...placed.map(({ target }) => target.size));
      const workers = threads && shared ? Math.min((await takePool()).size, Math.ceil(most / leastCells)) : 1;

      const steps = placed.map(({ kernel: outer, args, registers, target }): Step => {
        const kernel = inner(outer);
        translate(kernel, [...args.map(() => new Float32Array(1)), ...new Array<number>(registers).fill(0)]);
        const { argumentNames } = kernel;
        const id = kernelIds.get(kernel) ?? kernelIds.size;
        kernelIds.set(kernel, id);
        const key = [id, ...args.map(({ offset, size }) => `${offset}:${size}`), target.offset].join();
        const found = made.get(key);
        const rowCells = kernel.threadDim![0]!;
        if (found !== undefined) return { ...found, cells: target.size, rowCells };
        const arrays = args.map(({ offset, size }, index) => {
          const record = { index, offset, dims: [size, 1, 1], flatLength: size };
          return [argumentNames[index]!, record] as const;
        });
        const scalars = argumentNames.slice(args.length).map((name, i) => {
          const record = { index: args.length + i, offset: zero.offset, type: "Integer" };
          return [name, record] as const;
        });
        const layout = {
          arrays: Object.fromEntries(arrays),
          scalars: Object.fromEntries(scalars),
          constantArrays: {},
          outputOffset: target.offset,
        };
        const { bytes } = kernel._assembleModule(layout, target.size, shared);
        const module = new WebAssembly.Module(withMemoryPages(bytes, heap.pages));
        const names = [...kernel.usedMathImports].sort();
        const math = Object.fromEntries(names.map((name) => [`math_${name}`, Math[name as "exp"]] as const));
        const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory, ...math } });
        const runs = exports as { run: Run; run_simd?: Run };
        const step = { run: runs.run, runSimd: runs.run_simd ?? null, module: modules.length };
        modules.push(module);
        imports.push(names);
        made.set(key, step);
        return { ...step, cells: target.size, rowCells };
      });

      const end = (): Float32Array[] => {
        const values = reads.map((place) => new Float32Array(of(place)));
        for (const { from, to } of moves) of(to).set(of(from));
        return values;
      };

      if (workers <= 1) {
        const spans = placed[0] === undefined ? null : inner(placed[0].kernel).constructor;
        return {
          run: async () => {
            for (const { run, runSimd, cells, rowCells } of steps)
              spans!.dispatchSpans(run, runSimd, cells, rowCells, 0);
            return end();
          },
          destroy: () => free(zero),
        };
      }

      threaded++;
      // The threads meet here after each step: how many have come, how many steps are done, whether to give up.
      const meeting = allocate(3);
      const at = meeting.offset / 4;
      const control = new Int32Array(heap.memory.buffer);
      control.fill(0, at, at + 3);
      const entry: ThreadEntry = {
        id: `pipeline:waveft:${plans++}`,
        pipeline: true,
        memory: heap.memory,
        modules,
        moduleMathImports: imports,
        steps: steps.map(({ module, rowCells }) => ({ module, sizeX: rowCells })),
        countIndex: at,
        genIndex: at + 1,
        abortIndex: at + 2,
        workerCount: workers,
        workerRanges: Array.from({ length: workers }, (_, worker) =>
          steps.flatMap(({ cells }) => rangeOf(cells, worker, workers)),
        ),
      };
      const seeds = steps.map(() => 0);
      return {
        run: async () => {
          try {
            await (await takePool()).dispatchPipeline(entry, {
              baseGen: Atomics.load(control, entry.genIndex),
              seeds,
            });
          } catch (error) {
            // A thread has died, and the others would wait for it.
            Atomics.store(control, entry.abortIndex, 1);
            Atomics.notify(control, entry.genIndex);
            await dropPool();
            control.fill(0, at, at + 3);
            throw error;
          }
          return end();
        },
        destroy: () => {
          pool?.then((made) => made.release(entry.id)).catch(() => undefined);
          free(meeting);
          free(zero);
          if (--threaded === 0) void dropPool();
        },
      };
    },
    destroy: () => void dropPool(),
  };
};

/** A worker's share of a step: begins at a multiple of four, and the last one takes the rest. */
const rangeOf = (cells: number, worker: number, workers: number): [from: number, to: number] => {
  const chunk = Math.max(4, Math.ceil(cells / workers) & ~3);
  const from = worker * chunk;
  if (from >= cells) return [0, 0];
  return [from, worker === workers - 1 ? cells : Math.min(from + chunk, cells)];
};
