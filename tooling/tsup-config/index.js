import { defineConfig } from "tsup";

/** The build of every published package: ESM and CommonJS with types for each. */
export const library = (options = {}) =>
  defineConfig({
    entry: ["src/index.ts"],
    format: ["esm", "cjs"],
    dts: true,
    sourcemap: true,
    clean: true,
    treeshake: true,
    target: "node20",
    ...options,
  });
