import type { defineProject } from "vitest/config";
import "./matchers.js";
export declare const project: (name: string, options?: object) => ReturnType<typeof defineProject>;
