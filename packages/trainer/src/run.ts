import { AdamW, clipGradNorm, globalNorm, type Parameter, type Schedule } from "@waveft/autograd";
import type { UpdateLoss } from "./batch-loss";
import type { StepReport } from "./callbacks";
import { TrainerError } from "./errors";
import { LogWindow } from "./log-window";
import { checkState, type RunState } from "./run-state";
import { newState, type TrainerState } from "./trainer-state";
import { schedules, type TrainingFields } from "./training-arguments";

export interface RunSettings {
  readonly args: TrainingFields;
  /** What is trained, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Updates in all. */
  readonly maxSteps: number;
}

/** One training run: the optimizer, its schedule, the place in the data, the log. */
export class Run {
  readonly progress: TrainerState;
  readonly window = new LogWindow();
  readonly #settings: RunSettings;
  readonly #optimizer: AdamW;
  readonly #schedule: Schedule;
  /** Updates whose examples are behind. */
  place = 0;
  #lossTotal = 0;
  #best: readonly Float32Array[] | null = null;

  /** @param progress where the run writes how far it is; it starts at the beginning */
  constructor(settings: RunSettings, progress: TrainerState = newState()) {
    this.#settings = settings;
    this.progress = Object.assign(progress, newState());
    this.#optimizer = optimizerOf(settings);
    this.#schedule = scheduleOf(settings);
  }

  /** The mean loss of all updates. */
  get trainingLoss(): number {
    return this.#lossTotal / Math.max(1, this.progress.globalStep);
  }

  /** The seed of the next update's dropout masks. */
  get seed(): number {
    return this.#settings.args.seed + this.progress.globalStep;
  }

  /** A copy of all that decides the next update, besides the weights. */
  state(): RunState {
    return {
      trainer: structuredClone(this.progress),
      place: this.place,
      optimizer: this.#optimizer.state(),
      window: { ...this.window.state },
      lossTotal: this.#lossTotal,
      best: this.#best?.map((values) => values.slice()) ?? null,
    };
  }

  /**
   * Continues from a state; the weights must be those that it was taken beside.
   *
   * @throws TrainerError before anything changes for what is no state of a run of these parameters
   */
  load(state: RunState): void {
    checkState(state, [...this.#settings.parameters.values()]);
    const { trainer, place, optimizer, window, lossTotal, best } = state;
    this.#optimizer.loadState(optimizer);
    Object.assign(this.progress, structuredClone(trainer));
    this.place = place;
    this.window.state = { ...window };
    this.#lossTotal = lossTotal;
    this.#best = best?.map((values) => values.slice()) ?? null;
  }

  /**
   * One update by a loss and its gradients, which are clipped in place.
   *
   * @throws TrainerError before anything changes when the loss or the norm of the gradient is not finite
   */
  update({ loss, tokens, gradients }: UpdateLoss, started: number): StepReport {
    const { args, maxSteps } = this.#settings;
    const { progress } = this;
    const norm = globalNorm(gradients);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) throw this.#divergence(loss, norm, gradients);
    // The rule of clipGradNorm, which would compute the norm again.
    if (args.maxGradNorm > 0 && args.maxGradNorm < norm + 1e-6) clipGradNorm(gradients, args.maxGradNorm);
    this.#optimizer.learningRate = args.learningRate * this.#schedule(progress.globalStep);
    this.#optimizer.step(gradients);
    progress.globalStep++;
    this.place++;
    progress.numInputTokensSeen += tokens;
    this.#lossTotal += loss;
    const report = {
      step: progress.globalStep,
      maxSteps,
      loss,
      gradNorm: norm,
      learningRate: this.#optimizer.learningRate,
      numTokens: tokens,
      stepTime: (performance.now() - started) / 1000,
    };
    this.window.add(report);
    return report;
  }

  /** Keeps the present values of what is trained as the best. */
  keepBest(): void {
    this.#best = Array.from(this.#settings.parameters.values(), ({ data }) => (data as Float32Array).slice());
  }

  /** Goes back to the best values, where there are any. */
  restoreBest(): void {
    const best = this.#best;
    if (best === null) return;
    [...this.#settings.parameters.values()].forEach((parameter, p) => {
      parameter.data = best[p]!.slice();
    });
  }

  #divergence(loss: number, norm: number, gradients: readonly Float32Array[]): TrainerError {
    const names = [...this.#settings.parameters.keys()];
    const norms = gradients.map((gradient) => globalNorm([gradient]));
    const broken = norms.findIndex((own) => !Number.isFinite(own));
    const largest = broken >= 0 ? broken : norms.indexOf(Math.max(...norms));
    const { bestModelCheckpoint } = this.progress;
    const kept = bestModelCheckpoint === null ? "" : `; the best checkpoint is ${bestModelCheckpoint}`;
    return new TrainerError(
      `trainer: at update ${this.progress.globalStep + 1} the loss is ${loss} and the norm of the gradient ${norm}, ` +
        `of ${names[largest]} ${norms[largest]}; the update was not made: try a lower learningRate, a longer warm-up, ` +
        `maxGradNorm, or weights in float32${kept}`,
    );
  }
}

const optimizerOf = ({ args, parameters }: RunSettings): AdamW => {
  const { learningRate, adamBeta1, adamBeta2, adamEpsilon, weightDecay } = args;
  // transformers decays neither biases nor norms.
  const decays = (name: string) => !/bias|layernorm|rmsnorm|layer_norm|(^|\.)norm/i.test(name);
  return new AdamW([...parameters.values()], {
    learningRate,
    betas: [adamBeta1, adamBeta2],
    epsilon: adamEpsilon,
    weightDecay: Array.from(parameters.keys(), (name) => (decays(name) ? weightDecay : 0)),
  });
};

const scheduleOf = ({ args: { warmupSteps, lrSchedulerType }, maxSteps }: RunSettings): Schedule => {
  const warmup = warmupSteps < 1 ? Math.ceil(warmupSteps * maxSteps) : warmupSteps;
  return schedules[lrSchedulerType](warmup, maxSteps);
};
