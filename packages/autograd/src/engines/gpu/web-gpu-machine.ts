import type { Kernel, Machine, Place } from "./machine";

// What is used of WebGPU; its own types are those of the browser.
interface Buffer {
  destroy(): void;
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}
interface Pass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
  end(): void;
}
interface Encoder {
  beginComputePass(): Pass;
  copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, bytes: number): void;
  finish(): object;
}
export interface WebGpuDevice extends EventTarget {
  readonly queue: {
    writeBuffer(buffer: Buffer, offset: number, data: ArrayBufferView | ArrayBuffer): void;
    submit(commands: readonly object[]): void;
    onSubmittedWorkDone(): Promise<void>;
  };
  createBuffer(options: { size: number; usage: number }): Buffer;
  createBindGroup(options: { layout: object; entries: readonly object[] }): object;
  createCommandEncoder(): Encoder;
}

/** What is used of a kernel of gpu.js 2.24 on WebGPU: what its own executor of pipelines uses. */
export interface WebGpuKernel {
  readonly built: boolean;
  build(...args: readonly unknown[]): Promise<void>;
  outputBuffer: (Buffer & { _refs: number }) | null;
  readonly threadDim: readonly [number, number, number];
  readonly computePipeline: object;
  readonly bindGroupLayout: object;
  readonly paramsLayout: {
    readonly byteLength: number;
    readonly arrayArgs: readonly { readonly index: number; readonly dimsOffset: number }[];
  };
  _computeDispatch(threads: readonly number[]): {
    readonly groups: readonly [number, number, number];
    readonly dispatchWidth: number;
  };
}

interface GpuPlace extends Place {
  readonly buffer: Buffer;
}

// Of the WebGPU standard.
const [mapRead, copySource, copyTarget, uniform, storage] = [0x1, 0x4, 0x8, 0x40, 0x80];
/** What the offset of a uniform is a multiple of, on every device. */
const alignment = 256;

/** gpu.js's kernels on buffers of ours; `check` throws what the device has complained of. */
export const webGpuMachine = (
  device: WebGpuDevice,
  inner: (kernel: Kernel) => WebGpuKernel,
  check: () => void,
): Machine<GpuPlace> => {
  const { queue } = device;

  const make = async (kernel: Kernel, argumentCount: number): Promise<WebGpuKernel> => {
    const made = inner(kernel);
    // Arrays are told by their type alone here: lengths are parameters of a launch.
    if (!made.built) await made.build(...Array.from({ length: argumentCount }, () => new Float32Array(1)));
    // Results go into buffers of ours.
    if (made.outputBuffer !== null && --made.outputBuffer._refs === 0) made.outputBuffer.destroy();
    made.outputBuffer = null;
    return made;
  };

  /** The numbers that a kernel is launched with: its grid, then the length of each array. */
  const launchNumbers = (
    { threadDim, paramsLayout }: WebGpuKernel,
    lengths: readonly number[],
    width: number,
  ): Uint32Array<ArrayBuffer> => {
    const numbers = new Uint32Array(paramsLayout.byteLength / 4);
    numbers.set([...threadDim, width]);
    for (const { index, dimsOffset } of paramsLayout.arrayArgs)
      numbers.set([lengths[index]!, 1, 1, lengths[index]!], dimsOffset / 4);
    return numbers;
  };

  const readBack = async (encoder: Encoder, places: readonly GpuPlace[]): Promise<Float32Array[]> => {
    const bytes = places.reduce((total, { size }) => total + 4 * size, 0);
    if (bytes === 0) {
      queue.submit([encoder.finish()]);
      await queue.onSubmittedWorkDone();
      return [];
    }
    const staging = device.createBuffer({ size: bytes, usage: mapRead | copyTarget });
    let at = 0;
    for (const { buffer, size } of places) {
      encoder.copyBufferToBuffer(buffer, 0, staging, at, 4 * size);
      at += 4 * size;
    }
    queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(mapRead);
      const mapped = staging.getMappedRange();
      at = 0;
      return places.map(({ size }) => {
        const values = new Float32Array(mapped.slice(at, at + 4 * size));
        at += 4 * size;
        return values;
      });
    } finally {
      staging.destroy();
    }
  };

  return {
    allocate: (size) => ({
      size,
      buffer: device.createBuffer({ size: 4 * size, usage: storage | copySource | copyTarget }),
    }),
    free: ({ buffer }) => buffer.destroy(),
    write: ({ buffer }, values) => queue.writeBuffer(buffer, 0, values),
    read: async (place) => {
      const [values] = await readBack(device.createCommandEncoder(), [place]);
      check();
      return values!;
    },
    prepare: async (steps, { reads, moves }) => {
      const kernels: WebGpuKernel[] = [];
      for (const { kernel, args } of steps) kernels.push(await make(kernel, args.length));
      const launches = steps.map(({ args }, i) => {
        const kernel = kernels[i]!;
        const { groups, dispatchWidth } = kernel._computeDispatch(kernel.threadDim);
        const numbers = launchNumbers(
          kernel,
          args.map(({ size }) => size),
          dispatchWidth,
        );
        return { kernel, groups, numbers };
      });
      const offsets: number[] = [];
      let bytes = 0;
      for (const { numbers } of launches) {
        offsets.push(bytes);
        bytes += Math.ceil(numbers.byteLength / alignment) * alignment;
      }
      const uniforms = device.createBuffer({ size: Math.max(bytes, 4), usage: uniform | copyTarget });
      const all = new Uint8Array(bytes);
      launches.forEach(({ numbers }, i) => {
        all.set(new Uint8Array(numbers.buffer), offsets[i]);
      });
      if (bytes > 0) queue.writeBuffer(uniforms, 0, all);
      const groupsOf = launches.map(({ kernel, numbers }, i) => {
        const { args, target } = steps[i]!;
        const arrays = [...kernel.paramsLayout.arrayArgs.map(({ index }) => args[index]!), target];
        const entries = [
          { binding: 0, resource: { buffer: uniforms, offset: offsets[i], size: numbers.byteLength } },
          ...arrays.map(({ buffer }, j) => ({ binding: 1 + j, resource: { buffer } })),
        ];
        return device.createBindGroup({ layout: kernel.bindGroupLayout, entries });
      });
      return {
        run: async () => {
          const encoder = device.createCommandEncoder();
          const pass = encoder.beginComputePass();
          launches.forEach(({ kernel, groups }, i) => {
            pass.setPipeline(kernel.computePipeline);
            pass.setBindGroup(0, groupsOf[i]!);
            pass.dispatchWorkgroups(...groups);
          });
          pass.end();
          for (const { from, to } of moves)
            encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, 4 * to.size);
          const values = await readBack(encoder, reads);
          check();
          return values;
        },
        destroy: () => uniforms.destroy(),
      };
    },
    destroy: () => {},
  };
};
