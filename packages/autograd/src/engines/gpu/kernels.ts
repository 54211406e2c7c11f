import type { GpuDevice } from "./device";
import type { Kernel } from "./machine";
import type { GpuMode } from "./mode";
import type { Plan, PlanStep } from "./plan";

/** The kernels of a device, one for each text and output shape, shared by the plans that use it. */
export interface KernelStore {
  /** A kernel for each step of the plan. Give it back with `release`. */
  take(plan: Plan): readonly Kernel[];
  release(plan: Plan): void;
}

/** Steps with one key are one kernel. On WebGL2, gpu.js writes the lengths of the arguments into its text. */
export const keyOf = (mode: GpuMode, { source, size, scalar, lengths }: PlanStep): string =>
  `${mode === "webgl2" ? lengths : ""} ${size} ${scalar?.y} ${source}`;

export const kernelStore = (device: GpuDevice): KernelStore => {
  const entries = new Map<string, { readonly kernel: Kernel; users: number }>();
  return {
    take: (plan) =>
      plan.steps.map((step) => {
        const key = keyOf(device.mode, step);
        const entry = entries.get(key) ?? { kernel: device.createKernel(step), users: 0 };
        entry.users++;
        entries.set(key, entry);
        return entry.kernel;
      }),
    release: (plan) => {
      for (const step of plan.steps) {
        const key = keyOf(device.mode, step);
        const entry = entries.get(key)!;
        if (--entry.users > 0) continue;
        entries.delete(key);
        device.destroyKernel(entry.kernel);
      }
    },
  };
};
