import { project } from "@waveft/vitest-config";

export default project("transformers");
