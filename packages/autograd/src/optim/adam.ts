import type { Parameter } from "../parameter";
import { HostOptimizer, type OptimizerOptions, type Update } from "./optimizer";

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the two moment estimates (default 0.9, 0.999). */
  betas?: readonly [number, number];
  /** Added to the root of the second moment (default 1e-8). */
  epsilon?: number;
  /** Divides by the largest second moment so far (default false; Reddi et al., arXiv 1904.09237). */
  amsgrad?: boolean;
}

/** Names of what is kept: torch's, in camelCase. */
const [first, second, largest] = ["expAvg", "expAvgSq", "maxExpAvgSq"];

/** What Adam and AdamW share: they differ in where weight decay enters. */
abstract class AdamFamily extends HostOptimizer {
  readonly #decoupled: boolean;
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  readonly #amsgrad: boolean;

  protected constructor(
    name: string,
    parameters: readonly Parameter[],
    options: AdamOptions,
    decoupled: boolean,
  ) {
    const { betas = [0.9, 0.999], epsilon = 1e-8, amsgrad = false } = options;
    super(name, parameters, options, amsgrad ? [first, second, largest] : [first, second]);
    for (const beta of betas) this.check("a beta", beta, beta >= 0 && beta < 1, "two in [0, 1)");
    this.check("epsilon", epsilon, epsilon >= 0, "0 or more");
    this.#decoupled = decoupled;
    this.#betas = betas;
    this.#epsilon = epsilon;
    this.#amsgrad = amsgrad;
  }

  protected override update({ index, values, gradient, sign, learningRate, weightDecay }: Update): void {
    const [beta1, beta2] = this.#betas;
    const [m, v] = [this.kept(first, index), this.kept(second, index)];
    const peak = this.#amsgrad ? this.kept(largest, index) : v;
    const stepSize = fround(learningRate / (1 - beta1 ** this.steps));
    const rootCorrection = fround(Math.sqrt(1 - beta2 ** this.steps));
    const [share1, keep2, share2] = [fround(1 - beta1), fround(beta2), fround(1 - beta2)];
    const epsilon = fround(this.#epsilon);
    const decay = this.#decoupled ? 0 : fround(weightDecay);
    const keep = this.#decoupled ? fround(1 - learningRate * weightDecay) : 1;
    for (let i = 0; i < values.length; i++) {
      const x = fround(values[i]! * keep);
      let g = sign * gradient[i]!;
      if (decay !== 0) g = fround(g + decay * x);
      m[i] = m[i]! + share1 * fround(g - m[i]!);
      v[i] = fround(keep2 * v[i]!) + fround(share2 * g) * g;
      // v itself where nothing else is kept; NaN goes through.
      peak[i] = Math.max(peak[i]!, v[i]!);
      const root = fround(fround(fround(Math.sqrt(peak[i]!)) / rootCorrection) + epsilon);
      values[i] = x - fround(fround(stepSize * m[i]!) / root);
    }
  }
}

const { fround } = Math;

/** Adam on the host (Kingma & Ba, arXiv 1412.6980), as torch.optim.Adam; weight decay is added to the gradient. */
export class Adam extends AdamFamily {
  /** Parameters must be float32; they are updated in place. */
  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    super("Adam", parameters, options, false);
  }
}

/**
 * AdamW on the host (Loshchilov & Hutter, arXiv 1711.05101), as torch.optim.AdamW; weight decay (default 0, torch's
 * is 0.01) shrinks the parameters beside the gradient's step.
 */
export class AdamW extends AdamFamily {
  /** Parameters must be float32; they are updated in place. */
  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    super("AdamW", parameters, options, true);
  }
}

/** The options of `Adam`; weight decay is decoupled. */
export type AdamWOptions = AdamOptions;
