import { project } from "@waveft/vitest-config";
import { defineProject, type UserWorkspaceConfig } from "vitest/config";
import { overlay, readmes } from "./overlay.ts";

const config = defineProject({
  ...(project("docs") as UserWorkspaceConfig),
  plugins: [overlay(), readmes()],
});
export default config;
