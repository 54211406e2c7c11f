import type { OptimizerState, Parameter } from "@waveft/autograd";
import { TrainerError } from "./errors";
import { emptyWindow, type LogWindowState } from "./log-window";
import { newState, type TrainerState } from "./trainer-state";

/** All that decides what a run does next, besides the model's weights and the settings: numbers and arrays. */
export interface RunState {
  /** Step, epoch, log, best metric. Seeds follow from the step. */
  readonly trainer: TrainerState;
  /** The place in the data: updates whose examples are behind, those of epochs that were cut short included. */
  readonly place: number;
  readonly optimizer: OptimizerState;
  /** Updates since the last log entry. */
  readonly window: LogWindowState;
  /** Of all updates. */
  readonly lossTotal: number;
  /** The trained parameters of the best checkpoint, where they are kept. */
  readonly best: readonly Float32Array[] | null;
}

/**
 * Refuses what is no state of a run of these parameters.
 *
 * @throws TrainerError naming the field
 */
export const checkState = (state: RunState, parameters: readonly Parameter[]): void => {
  const wrong = fieldThatIsWrong(state, parameters);
  if (wrong !== null)
    throw new TrainerError(
      `trainer: ${wrong}, so it is no state of a run of these ${parameters.length} parameters; give what runState() gave, which structuredClone keeps and JSON does not`,
    );
};

const fieldThatIsWrong = (state: unknown, parameters: readonly Parameter[]): string | null => {
  if (!isRecord(state)) return `the state is ${state === null ? "null" : `a ${typeof state}`}`;
  const { trainer, place, optimizer, window, lossTotal, best } = state;
  const areArrays = (list: unknown): boolean =>
    Array.isArray(list) &&
    list.length === parameters.length &&
    parameters.every(({ data }, i) => list[i] instanceof Float32Array && list[i].length === data.length);
  const fits: Record<keyof RunState, boolean> = {
    trainer:
      hasKindsOf(trainer, newState()) && isCount(trainer.globalStep) && Array.isArray(trainer.logHistory),
    place: isCount(place),
    optimizer:
      isRecord(optimizer) &&
      isCount(optimizer.steps) &&
      isRecord(optimizer.arrays) &&
      Object.values(optimizer.arrays).every(areArrays),
    window: hasKindsOf(window, emptyWindow),
    lossTotal: Number.isFinite(lossTotal),
    best: best === null || areArrays(best),
  };
  const field = Object.entries(fits).find(([, isFine]) => !isFine);
  return field === undefined ? null : `the state's ${field[0]} does not fit`;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether an object has the numbers of another; what is null there may be anything. */
const hasKindsOf = (value: unknown, like: object): value is Record<string, unknown> =>
  isRecord(value) &&
  Object.entries(like).every(([key, one]) => typeof one !== "number" || Number.isFinite(value[key]));
