import { div, less, randomUniform, where } from "../ops";
import { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import { Module } from "./module";

const seeds = 2 ** 23;

/**
 * The seed of all dropout layers of a model, an input of its graphs: set it before each step, and the same
 * seed gives the same masks on every engine.
 */
export class DropoutSeed {
  readonly parameter = new Parameter(
    { data: new Int32Array(1), shape: [], dtype: "int32" },
    { requiresGrad: false },
  );
  #layers = 0;

  /** Sets the seed: any integer, taken modulo 2²³. */
  set(seed: number): void {
    this.parameter.data = Int32Array.of(((seed % seeds) + seeds) % seeds);
  }

  /** Numbers the layers, so that their masks differ. */
  nextSalt(): number {
    return this.#layers++;
  }
}

/** In train mode, zeroes elements with probability `rate` and divides the others by 1 − rate. */
export class Dropout extends Module {
  override readonly kind = "Dropout";
  readonly #seed: DropoutSeed;
  readonly #salt: number;

  constructor(
    readonly rate: number,
    seed: DropoutSeed,
  ) {
    super();
    this.#seed = seed;
    this.#salt = seed.nextSalt();
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.rate === 0) return x;
    const drawn = randomUniform(this.#seed.parameter, x.shape, this.#salt);
    return where(less(drawn, this.rate), 0, div(x, 1 - this.rate));
  }
}
