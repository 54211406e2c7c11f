import { isArrayOf } from "../../dtype";
import type { Engine, Executable } from "../../engine";
import { AutogradError } from "../../errors";
import { type Graph, refreshParameters } from "../../graph";
import type { HostTensor } from "../../host-tensor";
import type { StoredParameter } from "../../node";
import { sumByOp } from "../../op-times";
import { Residents } from "../../residents";
import { sameShape, showShape, sizeOf } from "../../shape";
import type { EngineFacts } from "../../support";
import { fromFloat32, toFloat32 } from "./convert";
import type { GpuDevice } from "./device";
import { openDevice } from "./device";
import { kernelStore } from "./kernels";
import type { Kernel, Place } from "./machine";
import type { GpuMode } from "./mode";
import { parameterArrays } from "./parameters";
import type { Plan, Source } from "./plan";
import { makePlan, peakBytes } from "./plan";
import { residentRunner } from "./resident-runner";
import type { Runner } from "./runners";
import { directRunner, pipelineRunner, timeSteps } from "./runners";

/**
 * The built-in engine: graphs as gpu.js kernels, one kernel after another on the cpu, on WebAssembly and WebGPU over
 * arrays that stay there, as one pipeline on WebGL2.
 * All numbers are float32 inside: int32 values are exact up to 2²⁴.
 */
export const gpuEngine = async (mode: GpuMode): Promise<Engine & EngineFacts> => {
  const device: GpuDevice = await openDevice(mode);
  const name = `gpu:${mode}`;
  const kernels = kernelStore(device);
  const parameters = parameterArrays();
  const changing = new WeakSet<StoredParameter>();
  /** Releases the plans that are open. */
  const open = new Set<() => Promise<void>>();
  let disposed = false;
  let tail: Promise<unknown> = Promise.resolve();
  /** Plans that share memory run one after another. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = tail.then(work);
    tail = result.catch(() => {});
    return result;
  };
  const { machine } = device;
  const residents =
    machine === null
      ? null
      : new Residents<Place>({
          name,
          bytesOf: ({ shape }) => 4 * sizeOf(shape),
          free: (place) => machine.free(place),
          read: (place, parameter) =>
            inTurn(async () => fromFloat32(parameter, await machine.read(place)).data),
        });

  const runnerOf = (plan: Plan, taken: readonly Kernel[]): Runner | Promise<Runner> => {
    if (mode === "cpu" || plan.steps.length === 0) return directRunner(plan, taken, parameters);
    if (machine !== null) return residentRunner(machine, plan, taken, residents!, inTurn);
    return pipelineRunner(device, plan, taken, parameters, changing);
  };

  const compile = async (graph: Graph): Promise<Executable> => {
    if (disposed) throw new AutogradError(`${name}: the engine was disposed; make another`);
    const plan = makePlan(mode, graph);
    const taken = kernels.take(plan);
    const runner = await Promise.resolve(runnerOf(plan, taken)).catch((error: unknown) => {
      kernels.release(plan);
      throw error;
    });
    let released: Promise<void> | null = null;
    let disposedByCaller = false;

    const arraysOf = (inputs: readonly HostTensor[]): Float32Array[] => {
      if (released !== null)
        throw new AutogradError(`${name}: this plan was disposed; compile the graph again`);
      checkInputs(name, graph, inputs);
      refreshParameters(graph);
      return inputs.map(({ dtype, data }) => toFloat32(dtype, data));
    };

    const run = async (inputs: readonly HostTensor[]): Promise<HostTensor[]> => {
      const arrays = arraysOf(inputs);
      const results = await runner.run(arrays);
      const given = new Set<number>();
      const arrayOf = (source: Source): Float32Array => {
        if (source.kind === "input") return arrays[source.index]!.slice();
        if (source.kind === "constant") return source.values.slice();
        if (source.kind === "parameter") return parameters.get(source.parameter).slice();
        const array = results.get(source.step)!;
        if (given.has(source.step)) return array.slice();
        given.add(source.step);
        return array;
      };
      return plan.outputs.map(({ from, type }) => fromFloat32(type, arrayOf(from)));
    };

    const release = (): Promise<void> => {
      released ??= runner.destroy().then(() => {
        kernels.release(plan);
        open.delete(release);
      });
      return released;
    };
    open.add(release);
    return {
      run,
      get traffic() {
        return runner.traffic ?? { bytesIn: 0, bytesOut: 0 };
      },
      bytes: runner.bytes ?? peakBytes(plan),
      profile: async (inputs) => {
        const times = await timeSteps(device, plan, parameters, arraysOf(inputs));
        return sumByOp(plan.steps.map(({ op }, i) => [op, times[i]!] as const));
      },
      dispose: async () => {
        if (disposedByCaller) throw new AutogradError(`${name}: this plan was disposed already`);
        disposedByCaller = true;
        await release();
      },
    };
  };

  return {
    name,
    ...device.facts,
    ...(residents === null ? {} : { memory: residents }),
    compile,
    dispose: async () => {
      if (disposed) throw new AutogradError(`${name}: the engine was disposed already`);
      disposed = true;
      await residents?.bringHome();
      await Promise.all([...open].map((release) => release()));
      await device.destroy();
    },
  };
};

const checkInputs = (name: string, graph: Graph, inputs: readonly HostTensor[]): void => {
  if (inputs.length !== graph.inputs.length)
    throw new AutogradError(`${name}: fed ${inputs.length} inputs; the graph takes ${graph.inputs.length}`);
  graph.inputs.forEach(({ shape, dtype }, i) => {
    const fed = inputs[i]!;
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (
      fed.dtype !== dtype ||
      !sameShape(fed.shape, shape) ||
      !isArrayOf(dtype, fed.data) ||
      fed.data.length !== size
    )
      throw new AutogradError(
        `${name}: input ${i} is ${fed.dtype}${showShape(fed.shape)} in ${fed.data.constructor.name}(${fed.data.length}); the graph takes ${dtype}${showShape(shape)}`,
      );
  });
};
