import type { Executable } from "../../engine";
import type { StoredParameter } from "../../node";
import { sizeOf } from "../../shape";
import { toFloat32 } from "./convert";
import type { GpuDevice, Pipeline } from "./device";
import { keyOf } from "./kernels";
import type { Kernel } from "./machine";
import type { ParameterArrays } from "./parameters";
import type { Plan, Source } from "./plan";
import { lastReads } from "./plan";

/** Runs a plan's kernels. */
export interface Runner extends Pick<Executable, "traffic" | "bytes"> {
  /** The arrays of all steps that are outputs, from the arrays of the graph's inputs. */
  run(inputs: readonly Float32Array[]): Promise<ReadonlyMap<number, Float32Array>>;
  destroy(): Promise<void>;
}

/** The steps that the caller wants to see. */
export const wantedSteps = (plan: Plan): number[] => [
  ...new Set(plan.outputs.flatMap(({ from }) => (from.kind === "step" ? [from.step] : []))),
];

/**
 * Kernel by kernel, for the cpu: parameters are read where they are, nothing is copied, and an intermediate
 * result goes when its last reader has run.
 */
export const directRunner = (plan: Plan, kernels: readonly Kernel[], parameters: ParameterArrays): Runner => {
  const dying = lastReads(plan);
  return {
    run: async (inputs) => {
      const results = new Map<number, Float32Array>();
      plan.steps.forEach(({ args }, i) => {
        const arrays = args.map((source) => arrayOf(source, inputs, parameters, results));
        results.set(i, kernels[i]!(...arrays) as Float32Array);
        for (const step of dying[i]!) results.delete(step);
      });
      return results;
    },
    destroy: async () => {},
  };
};

const arrayOf = <A>(
  source: Source,
  inputs: readonly Float32Array[],
  parameters: ParameterArrays,
  results: ReadonlyMap<number, A>,
): Float32Array | A => {
  if (source.kind === "input") return inputs[source.index]!;
  if (source.kind === "parameter") return parameters.get(source.parameter);
  return source.kind === "constant" ? source.values : results.get(source.step)!;
};

/** What each step of a launch took, in milliseconds: one kernel after another, each waited for. */
export const timeSteps = async (
  device: GpuDevice,
  plan: Plan,
  parameters: ParameterArrays,
  inputs: readonly Float32Array[],
): Promise<number[]> => {
  const dying = lastReads(plan);
  const results = new Map<number, unknown>();
  const times: number[] = [];
  const timed = new Map(plan.steps.map((step) => [keyOf(device.mode, step), step]));
  const kernels = new Map([...timed].map(([key, step]) => [key, device.createTimedKernel(step)]));
  try {
    // The first launch compiles the kernels.
    for (const warm of [true, false])
      for (const [i, step] of plan.steps.entries()) {
        const arrays = step.args.map((source) => arrayOf(source, inputs, parameters, results));
        const { value, milliseconds } = await kernels.get(keyOf(device.mode, step))!.run(arrays);
        results.set(i, value);
        if (!warm) times.push(milliseconds);
        for (const read of dying[i]!) {
          device.drop(results.get(read));
          results.delete(read);
        }
        if (i < plan.steps.length - 1) continue;
        for (const left of results.values()) device.drop(left);
        results.clear();
      }
  } finally {
    for (const kernel of kernels.values()) kernel.destroy();
  }
  return times;
};

/** Parameters of at most this many elements are sent at every run. */
const smallParameter = 2 ** 16;

/**
 * One gpu.js pipeline, for WebGL2, whose memory gpu.js keeps to itself. Large parameters stay on the device, in each
 * plan; when one is seen to change, it is sent at every run from then on, in this plan (made anew once) and in those
 * made later.
 */
export const pipelineRunner = (
  device: GpuDevice,
  plan: Plan,
  kernels: readonly Kernel[],
  parameters: ParameterArrays,
  changing: WeakSet<StoredParameter>,
): Runner => {
  const sources = plan.steps.flatMap(({ args }) => args);
  const inputs = [...new Set(sources.flatMap((source) => (source.kind === "input" ? [source.index] : [])))];
  const all = [
    ...new Set(sources.flatMap((source) => (source.kind === "parameter" ? [source.parameter] : []))),
  ];
  const wanted = wantedSteps(plan);

  const build = () => {
    const sent = all.filter(
      (parameter) =>
        sizeOf(parameter.shape) <= smallParameter || parameter.isAssigned || changing.has(parameter),
    );
    const resident = new Map(
      all.flatMap((parameter) => (sent.includes(parameter) ? [] : [[parameter, parameter.version] as const])),
    );
    const pipeline: Pipeline = device.createPipeline((handles) => {
      const inputHandles = new Map(inputs.map((index, i) => [index, handles[i]]));
      const sentHandles = new Map(sent.map((parameter, i) => [parameter, handles[inputs.length + i]]));
      const results: unknown[] = [];
      const handleOf = (source: Source): unknown => {
        if (source.kind === "input") return inputHandles.get(source.index);
        if (source.kind === "step") return results[source.step];
        if (source.kind === "constant") return source.values;
        return (
          sentHandles.get(source.parameter) ?? toFloat32(source.parameter.dtype, source.parameter.read())
        );
      };
      plan.steps.forEach(({ args }, i) => {
        results.push(kernels[i]!(...args.map(handleOf)));
      });
      return wanted.map((step) => results[step]);
    }, inputs.length + sent.length);
    return { pipeline, sent, resident };
  };

  let current = build();
  let tail: Promise<unknown> = Promise.resolve();

  const runOnce = async (arrays: readonly Float32Array[]) => {
    const changed = [...current.resident].filter(([parameter, version]) => parameter.version !== version);
    if (changed.length > 0) {
      for (const [parameter] of changed) changing.add(parameter);
      await current.pipeline.destroy();
      current = build();
    }
    const { pipeline, sent } = current;
    const fed = [
      ...inputs.map((index) => arrays[index]!),
      ...sent.map((parameter) => parameters.get(parameter)),
    ];
    const results = await pipeline.run(fed);
    return new Map(wanted.map((step, i) => [step, results[i]!]));
  };

  return {
    run: (arrays) => {
      const run = tail.then(() => runOnce(arrays));
      tail = run.catch(() => {});
      return run;
    },
    destroy: async () => {
      await tail;
      await current.pipeline.destroy();
    },
  };
};
