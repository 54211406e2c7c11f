import { isAutogradError } from "@waveft/autograd";
import { isOnnxEngineError } from "@waveft/engine-onnx";
import { isPeftError } from "@waveft/peft";
import { isSafetensorsError } from "@waveft/safetensors";
import { DatasetError, isTrainerError } from "@waveft/trainer";
import { isTransformersError } from "@waveft/transformers";
import { finetune } from "./finetune";
import { CommanderError, parseOptions } from "./options";
import { progressBar } from "./progress";
import { writeReport } from "./report";
import { UsageError } from "./usage-error";

/** Exit codes: 2 for what the user can mend, 1 for a fault of ours. */
const USAGE = 2;
const FAULT = 1;

const say = (line: string): void => console.log(line);

/** The command: trains, reports, and resolves to the exit code. Throws nothing. */
export const main = async (argv: readonly string[]): Promise<number> => {
