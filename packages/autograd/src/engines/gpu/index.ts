export { gpuEngine } from "./engine";
export type { GpuMode } from "./mode";
