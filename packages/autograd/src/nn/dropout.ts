import { dropout } from "../composed/dropout";
import { AutogradError } from "../errors";
import { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import { dependsOn } from "../trace";
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
    if (!Number.isInteger(seed)) throw new AutogradError(`dropout: the seed is ${seed}; give an integer`);
    this.parameter.data = Int32Array.of(((seed % seeds) + seeds) % seeds);
  }

  /** Numbers the layers, so that their masks differ. */
  nextSalt(): number {
    return this.#layers++;
  }
}

/** In train mode, zeroes elements with probability `rate` (0 … 1) and divides the others by 1 − rate. */
export class Dropout extends Module {
  override readonly kind = "Dropout";
  readonly #seed: DropoutSeed;
  readonly #salt: number;

  constructor(
    readonly rate: number,
    seed: DropoutSeed,
  ) {
    super();
    if (!(rate >= 0 && rate <= 1))
      throw new AutogradError(`Dropout: the rate is ${rate}; give a probability, 0 … 1`);
    this.#seed = seed;
    this.#salt = seed.nextSalt();
  }

  forward(x: Tensor): Tensor {
    dependsOn(this, () => String(this.training));
    return this.training ? dropout(x, this.rate, this.#seed.parameter, this.#salt) : x;
  }
}
