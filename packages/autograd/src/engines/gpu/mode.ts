/** Where gpu.js runs kernels. */
export type GpuMode = "cpu" | "webasm" | "webgl2" | "webgpu";

/** Whether arrays stay in a memory that is not the host's, and which is ours to fill. */
export const hasOwnMemory = (mode: GpuMode): boolean => mode === "webasm" || mode === "webgpu";
