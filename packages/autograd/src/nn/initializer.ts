import { AutogradError } from "../errors";
import { encodeHalf } from "../half";
import type { Parameter } from "../parameter";
import { RandomStream } from "./random-stream";

/**
 * What layers fill their parameters with. A parameter that has been filled stays as it is: the first layer that
 * holds a shared one decides.
 */
export class Initializer {
  readonly #random: RandomStream;
  readonly #filled = new Set<Parameter>();

  /** @param seed any safe integer */
  constructor(seed: number) {
    this.#random = new RandomStream(seed);
  }

  /** Leaves a parameter as it is, whatever layer holds it. */
  keep(parameter: Parameter): void {
    this.#filled.add(parameter);
  }

  /** Each element from U(−bound, bound). */
  uniform(parameter: Parameter, bound: number): void {
    this.#fill(parameter, () => (2 * this.#random.uniform() - 1) * bound);
  }

  /** Each element from N(0, deviation²). */
  normal(parameter: Parameter, deviation: number): void {
    this.#fill(parameter, () => this.#random.normal() * deviation);
  }

  /** All elements the same. */
  constant(parameter: Parameter, value: number): void {
    this.#fill(parameter, () => value);
  }

  /** By the row of a parameter [count, …]: rows that `isZero` picks are zeros, the others from N(0, deviation²). */
  normalRows(parameter: Parameter, deviation: number, isZero: (row: number) => boolean): void {
    const width = parameter.data.length / (parameter.shape[0] || 1);
    this.#fill(parameter, (i) => {
      const drawn = this.#random.normal() * deviation;
      return isZero(Math.floor(i / width)) ? 0 : drawn;
    });
  }

  #fill(parameter: Parameter, element: (place: number) => number): void {
    if (this.#filled.has(parameter)) return;
    this.#filled.add(parameter);
    const { dtype } = parameter;
    const values = new Float32Array(parameter.data.length);
    for (let i = 0; i < values.length; i++) values[i] = element(i);
    if (dtype === "float32") parameter.data = values;
    else if (dtype === "float16" || dtype === "bfloat16") parameter.data = encodeHalf(dtype, values);
    else throw new AutogradError(`initialize: a parameter is ${dtype}; draws floats only`);
  }
}
