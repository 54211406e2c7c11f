/** One entry of `log_history`, with the names that transformers' Trainer gives. */
export type LogRecord = Readonly<Record<string, number>>;

/** What `trainer_state.json` holds. */
export interface TrainerState {
  bestGlobalStep: number | null;
  bestMetric: number | null;
  bestModelCheckpoint: string | null;
  epoch: number;
  globalStep: number;
  logHistory: LogRecord[];
  /** Tokens trained on so far, without padding. */
  numInputTokensSeen: number;
  totalFlos: number;
}

export interface StateSettings {
  readonly evalSteps: number;
  readonly loggingSteps: number;
  readonly maxSteps: number;
  readonly numTrainEpochs: number;
  readonly saveSteps: number;
  readonly trainBatchSize: number;
}

export const newState = (): TrainerState => ({
  bestGlobalStep: null,
  bestMetric: null,
  bestModelCheckpoint: null,
  epoch: 0,
  globalStep: 0,
  logHistory: [],
  numInputTokensSeen: 0,
  totalFlos: 0,
});

/** The text of `trainer_state.json`: transformers' fields, sorted. */
export const stateJson = (state: TrainerState, settings: StateSettings): string => {
  const control = {
    should_epoch_stop: false,
    should_evaluate: false,
    should_log: false,
    should_save: true,
    should_training_stop: state.globalStep >= settings.maxSteps,
  };
  const json = {
    best_global_step: state.bestGlobalStep,
    best_metric: state.bestMetric,
    best_model_checkpoint: state.bestModelCheckpoint,
    epoch: state.epoch,
    eval_steps: settings.evalSteps,
    global_step: state.globalStep,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: state.logHistory,
    logging_steps: settings.loggingSteps,
    max_steps: settings.maxSteps,
    num_input_tokens_seen: state.numInputTokensSeen,
    num_train_epochs: settings.numTrainEpochs,
    save_steps: settings.saveSteps,
    stateful_callbacks: { TrainerControl: { args: control, attributes: {} } },
    total_flos: state.totalFlos,
    train_batch_size: settings.trainBatchSize,
    trial_name: null,
    trial_params: null,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
};
