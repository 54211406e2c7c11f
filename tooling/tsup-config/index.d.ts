import type { defineConfig, Options } from "tsup";
export declare const library: (options?: Options) => ReturnType<typeof defineConfig>;
