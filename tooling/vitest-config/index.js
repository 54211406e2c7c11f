import { fileURLToPath } from "node:url";
import { defineProject } from "vitest/config";

/** `pnpm test:deep` runs the long tests, which other runs leave out. */
const deep = process.env.WAVEFT_TESTS === "deep";

/** The test project of a package: tests beside the sources and in test/, one shared set of matchers. */
export const project = (name, options = {}) =>
  defineProject({
    // Workspace packages resolve to their sources, so a test run needs no build.
    resolve: { conditions: ["waveft-source"] },
    ssr: { resolve: { conditions: ["waveft-source", "node", "import", "module", "default"] } },
    test: {
      name,
      include: deep ? ["{src,test}/**/*.deep.test.ts"] : ["{src,test}/**/*.test.ts"],
      exclude: deep ? [] : ["**/*.deep.test.ts"],
      passWithNoTests: deep,
      setupFiles: [fileURLToPath(new URL("./matchers.js", import.meta.url))],
      testTimeout: 30_000,
      ...options,
    },
  });
