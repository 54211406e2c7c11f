import { AutogradError } from "../errors";
import type { Parameter } from "../parameter";
import { HostOptimizer, type OptimizerOptions, type Update } from "./optimizer";

export interface SGDOptions extends OptimizerOptions {
  /** How much of the last direction stays (default 0: none is kept). */
  momentum?: number;
  /** How little of the gradient enters the kept direction (default 0); not at the first step. */
  dampening?: number;
  /** Looks ahead along the kept direction (default false); needs momentum and no dampening. */
  nesterov?: boolean;
}

const buffer = "momentumBuffer";

/** Stochastic gradient descent on the host, as torch.optim.SGD; weight decay is added to the gradient. */
export class SGD extends HostOptimizer {
  readonly #momentum: number;
  readonly #dampening: number;
  readonly #nesterov: boolean;

  /** Parameters must be float32; they are updated in place. */
  constructor(parameters: readonly Parameter[], options: SGDOptions) {
    const { momentum = 0, dampening = 0, nesterov = false } = options;
    super("SGD", parameters, options, momentum === 0 ? [] : [buffer]);
    this.check("momentum", momentum, momentum >= 0, "0 or more");
    this.check("dampening", dampening, Number.isFinite(dampening), "a number");
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new AutogradError(
        `SGD: nesterov with momentum ${momentum} and dampening ${dampening}; give a momentum and no dampening`,
      );
    this.#momentum = momentum;
    this.#dampening = dampening;
    this.#nesterov = nesterov;
  }

  protected override update({ index, values, gradient, sign, learningRate, weightDecay }: Update): void {
    const [rate, decay, momentum] = [fround(learningRate), fround(weightDecay), fround(this.#momentum)];
    const direction = momentum === 0 ? null : this.kept(buffer, index);
    const share = this.steps === 1 ? 1 : fround(1 - this.#dampening);
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      let g = sign * gradient[i]!;
      if (decay !== 0) g = fround(g + decay * x);
      if (direction !== null) {
        direction[i] = fround(momentum * direction[i]!) + share * g;
        g = this.#nesterov ? fround(g + momentum * direction[i]!) : direction[i]!;
      }
      values[i] = x - rate * g;
    }
  }
}

const { fround } = Math;
