export type { GpuMode } from "./device";
export { gpuEngine } from "./engine";
