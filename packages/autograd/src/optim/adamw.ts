import { AutogradError } from "../errors";
import type { Parameter } from "../parameter";

export interface AdamWOptions {
  /** Learning rate of the next step; schedules set it. */
  learningRate: number;
  /** Decay of the two moment estimates (default 0.9, 0.999). */
  betas?: readonly [number, number];
  /** Added to the root of the second moment (default 1e-8). */
  epsilon?: number;
  /** Decoupled weight decay (default 0), one for all or one for each parameter. */
  weightDecay?: number | readonly number[];
}

interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** AdamW on the host (Loshchilov & Hutter, arXiv 1711.05101), in float32 as torch computes it. */
export class AdamW {
  learningRate: number;
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  readonly #weightDecay: readonly number[];
  readonly #moments: readonly Moments[];
  #steps = 0;

  /** Parameters must be float32; they are updated in place. */
  constructor(
    readonly parameters: readonly Parameter[],
    options: AdamWOptions,
  ) {
    const half = parameters.find((parameter) => parameter.dtype !== "float32");
    if (half !== undefined)
      throw new AutogradError(`AdamW: a parameter is ${half.dtype}; trains float32 only`);
    this.learningRate = options.learningRate;
    this.#betas = options.betas ?? [0.9, 0.999];
    this.#epsilon = options.epsilon ?? 1e-8;
    const { weightDecay = 0 } = options;
    this.#weightDecay = typeof weightDecay === "number" ? parameters.map(() => weightDecay) : weightDecay;
    this.#moments = parameters.map(({ data }) => ({
      first: new Float32Array(data.length),
      second: new Float32Array(data.length),
    }));
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /** Updates every parameter by its gradient. */
  step(gradients: readonly Float32Array[]): void {
    if (gradients.length !== this.parameters.length)
      throw new AutogradError(
        `AdamW: ${gradients.length} gradients for ${this.parameters.length} parameters`,
      );
    this.#steps++;
    const [beta1, beta2] = this.#betas;
    const stepSize = this.learningRate / (1 - beta1 ** this.#steps);
    const rootCorrection = Math.sqrt(1 - beta2 ** this.#steps);
    this.parameters.forEach((parameter, p) => {
      const values = parameter.data as Float32Array;
      const gradient = gradients[p]!;
      const { first, second } = this.#moments[p]!;
      const keep = 1 - this.learningRate * this.#weightDecay[p]!;
      if (gradient.length !== values.length)
        throw new AutogradError(
          `AdamW: a gradient of ${gradient.length} for a parameter of ${values.length}`,
        );
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]!;
        first[i] = first[i]! + (1 - beta1) * (g - first[i]!);
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        const denominator = Math.sqrt(second[i]!) / rootCorrection + this.#epsilon;
        values[i] = values[i]! * keep - (stepSize * first[i]!) / denominator;
      }
      parameter.touch();
    });
  }

  /** Steps and moments, for checkpoints. */
  state(): { steps: number; moments: readonly Moments[] } {
    return { steps: this.#steps, moments: this.#moments };
  }

  /** Continues from a saved state. */
  loadState(state: { steps: number; moments: readonly Moments[] }): void {
    if (state.moments.length !== this.#moments.length)
      throw new AutogradError(
        `AdamW: a state of ${state.moments.length} parameters, not ${this.#moments.length}`,
      );
    this.#moments.forEach(({ first, second }, i) => {
      first.set(state.moments[i]!.first);
      second.set(state.moments[i]!.second);
    });
    this.#steps = state.steps;
  }
}
