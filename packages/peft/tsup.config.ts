import { library } from "@waveft/tsup-config";

export default library();
