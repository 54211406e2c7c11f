import { library } from "@waveft/tsup-config";

export default library({ entry: { index: "src/index.ts", core: "src/core/index.ts" } });
