import { constants } from "node:os";
import { isAutogradError } from "@waveft/autograd";
import { isOnnxEngineError } from "@waveft/engine-onnx";
import { isPeftError } from "@waveft/peft";
import { isSafetensorsError } from "@waveft/safetensors";
import { DatasetError, isTrainerError } from "@waveft/trainer";
import { isTransformersError } from "@waveft/transformers";
import { finetune } from "./finetune";
import { withFlagNames } from "./flag-names";
import { CommanderError, parseOptions } from "./options";
import { progressBar } from "./progress";
import { writeReport } from "./report";
import { stopSignal } from "./stop-signal";
import { UsageError } from "./usage-error";

/** Exit codes: 2 for what the user can mend, 1 for a fault of ours, 128 and its number for a signal. */
const USAGE = 2;
const FAULT = 1;
const SIGNALLED = 128;

const say = (line: string): void => console.log(line);

/** The command: trains, reports, and resolves to the exit code. Throws nothing. */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    const { options } = parseOptions(argv);
    const progress = progressBar(process.stderr, say);
    const { signal, name, release } = stopSignal(progress.close);
    const result = await finetune(options, say, [progress.callback], signal).finally(() => {
      progress.close();
      release();
    });
    if (result.isStopped) {
      const { globalStep } = result.state;
      say(`stopped by ${name()} after update ${globalStep}; the adapter so far: ${options.output_dir}`);
      return SIGNALLED + constants.signals[name() ?? "SIGINT"];
    }
    for (const { instruction, before, after } of result.completions)
      say(`\n${instruction}\n  before: ${oneLine(before)}\n  after:  ${oneLine(after)}`);
    const report = await writeReport(options.output_dir, result);
    say(`\nadapter: ${options.output_dir}\nreport:  ${report}`);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return explainCommandLine(error);
    const usage = isUsersMatter(error);
    console.error(`error: ${oneLine(withFlagNames(sentenceOf(error)))}`);
    if (!usage && process.env.DEBUG !== undefined) console.error(error);
    return usage ? USAGE : FAULT;
  }
};

const explainCommandLine = ({ code, message }: CommanderError): number => {
  if (code === "commander.helpDisplayed") return 0;
  const sentence = message.replace(/^error: /, "");
  console.error(`error: ${sentence}${sentence.endsWith(".") ? "" : "."} See --help.`);
  return USAGE;
};

const isUsersMatter = (error: unknown): boolean =>
  error instanceof UsageError ||
  DatasetError.isInstance(error) ||
  [
    isAutogradError,
    isOnnxEngineError,
    isPeftError,
    isSafetensorsError,
    isTrainerError,
    isTransformersError,
  ].some((is) => is(error));

/** Where in our code a wrong flag showed is no user's matter. */
const sentenceOf = (error: unknown): string => {
  if (isAutogradError(error)) return error.sentence;
  return error instanceof Error ? error.message : String(error);
};

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
