import { isArrayOf } from "../../dtype";
import type { Engine, Executable } from "../../engine";
import { AutogradError } from "../../errors";
import { type Graph, refreshParameters } from "../../graph";
import type { HostTensor } from "../../host-tensor";
import type { StoredParameter } from "../../node";
import { sumByOp } from "../../op-times";
import { sameShape, showShape } from "../../shape";
import type { EngineFacts } from "../../support";
import { fromFloat32, toFloat32 } from "./convert";
import type { GpuDevice } from "./device";
import { openDevice } from "./device";
import { kernelStore } from "./kernels";
import type { GpuMode } from "./mode";
import { parameterArrays } from "./parameters";
import type { Source } from "./plan";
import { makePlan } from "./plan";
import { directRunner, pipelineRunner, timeSteps } from "./runners";

/**
 * The built-in engine: graphs as gpu.js kernels, one kernel after another on the cpu, one pipeline elsewhere.
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

  const compile = async (graph: Graph): Promise<Executable> => {
    if (disposed) throw new AutogradError(`${name}: the engine was disposed; make another`);
    const plan = makePlan(mode, graph);
    const taken = kernels.take(plan);
    const runner =
      mode === "cpu" || plan.steps.length === 0
        ? directRunner(plan, taken, parameters)
        : pipelineRunner(device, plan, taken, parameters, changing);
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
    compile,
    dispose: async () => {
      if (disposed) throw new AutogradError(`${name}: the engine was disposed already`);
      disposed = true;
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
