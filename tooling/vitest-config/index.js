import { fileURLToPath } from "node:url";
import { defineProject } from "vitest/config";

/** The test project of a package: tests beside the sources and in test/, one shared set of matchers. */
export const project = (name, options = {}) =>
  defineProject({
    // Workspace packages resolve to their sources, so a test run needs no build.
    resolve: { conditions: ["waveft-source"] },
    ssr: { resolve: { conditions: ["waveft-source", "node", "import", "module", "default"] } },
    test: {
      name,
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      setupFiles: [fileURLToPath(new URL("./matchers.js", import.meta.url))],
      testTimeout: 30_000,
      ...options,
    },
  });
