/** Where gpu.js runs kernels. */
export type GpuMode = "cpu" | "webasm" | "webgl2" | "webgpu";
