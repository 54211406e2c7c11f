import { project } from "@waveft/vitest-config";

export default project("waveft-finetuning");
