/** What the loop does next, for callbacks to change: transformers' `TrainerControl`. All are false again at each update. */
export interface TrainingControl {
  /** No further update: the run ends as if it were the last. */
  shouldTrainingStop: boolean;
  /** No further update of this epoch. */
  shouldEpochStop: boolean;
  shouldLog: boolean;
  shouldEvaluate: boolean;
  shouldSave: boolean;
}
