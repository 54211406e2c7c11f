import { library } from "@waveft/tsup-config";

// The optional runtime of browsers need not be installed to build.
export default library({ external: ["onnxruntime-web"] });
