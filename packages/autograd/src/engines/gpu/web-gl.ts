import type { GpuFacts } from "./web-gpu";
import { software } from "./web-gpu";

// What of WebGL2 is looked at; its own types are those of the browser.
interface Gl {
  readonly MAX_TEXTURE_SIZE: number;
  readonly RENDERER: number;
  getParameter(name: number): unknown;
  getExtension(name: "WEBGL_debug_renderer_info"): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getExtension(name: "WEBGL_lose_context"): { loseContext(): void } | null;
  getExtension(name: "EXT_color_buffer_float"): object | null;
}
type Canvas = new (width: number, height: number) => { getContext(kind: "webgl2"): Gl | null };

/** What WebGL2 gives here. */
export const findWebGl = (): GpuFacts => {
  const { OffscreenCanvas } = globalThis as { OffscreenCanvas?: Canvas };
  if (OffscreenCanvas === undefined) return { missing: "it is for browsers" };
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (gl === null) return { missing: "this browser has no WebGL2" };
  if (gl.getExtension("EXT_color_buffer_float") === null) return { missing: "its textures hold no float32" };
  const side = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  const renderer = gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER;
  const description = String(gl.getParameter(renderer));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return { limits: { elements: side * side, bytes: null }, software: software.test(description) };
};
