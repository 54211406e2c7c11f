import { AutogradError } from "../errors";
import type { Parameter } from "../parameter";
import { arraysOf, type Gradient } from "./gradient";

/** What an optimizer keeps between steps: numbers and arrays, for checkpoints. */
export interface OptimizerState {
  readonly steps: number;
  readonly learningRate: number;
  /** By their names in the optimizer, one array for each parameter. */
  readonly arrays: Readonly<Record<string, readonly Float32Array[]>>;
}

/** Updates parameters on the host by gradients that an engine computed. */
export interface Optimizer {
  readonly parameters: readonly Parameter[];
  /** Of the next step; schedules set it. */
  learningRate: number;
  /** Steps taken. */
  readonly steps: number;
  /**
   * Updates every parameter, in place, by the gradient at its place. Gradients are checked before anything
   * changes; NaN and infinity go through, as in torch.
   */
  step(gradients: readonly Gradient[]): void;
  /** A copy of what is kept between steps. */
  state(): OptimizerState;
  /** Continues from a saved state. */
  loadState(state: OptimizerState): void;
}

export interface OptimizerOptions {
  /** Learning rate of the next step; schedules set it. */
  learningRate: number;
  /** Multiplies the learning rate (default 1): one for all, or one for each parameter. */
  learningRateFactor?: number | readonly number[];
  /** Weight decay (default 0): one for all, or one for each parameter. */
  weightDecay?: number | readonly number[];
  /** Climbs instead of descending (default false). */
  maximize?: boolean;
}

/** One parameter in one step. */
export interface Update {
  /** Of the parameter, among all. */
  readonly index: number;
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  /** 1, or −1 where the optimizer climbs: times the gradient. */
  readonly sign: 1 | -1;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** What all optimizers share. Rules round to float32 where torch does, so that long runs stay together. */
export abstract class HostOptimizer implements Optimizer {
  readonly parameters: readonly Parameter[];
  readonly #name: string;
  readonly #factors: readonly number[];
  readonly #weightDecays: readonly number[];
  readonly #sign: 1 | -1;
  readonly #arrays: Readonly<Record<string, readonly Float32Array[]>>;
  #learningRate = 0;
  #steps = 0;

  /** Parameters must be float32. `arrays` names what is kept for each. */
  protected constructor(
    name: string,
    parameters: readonly Parameter[],
    options: OptimizerOptions,
    arrays: readonly string[],
  ) {
    parameters.forEach((parameter, i) => {
      checkParameter(name, parameter, i, parameters.indexOf(parameter));
    });
    this.#name = name;
    this.parameters = [...parameters];
    this.learningRate = options.learningRate;
    this.#factors = this.#listOf("learningRateFactor", options.learningRateFactor ?? 1);
    this.#weightDecays = this.#listOf("weightDecay", options.weightDecay ?? 0);
    this.#sign = options.maximize ? -1 : 1;
    this.#arrays = Object.fromEntries(
      arrays.map((key) => [key, parameters.map(({ tensor }) => new Float32Array(tensor.size))]),
    );
  }

  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.check("learningRate", value, value >= 0, "0 or more");
    this.#learningRate = value;
  }

  get steps(): number {
    return this.#steps;
  }

  step(gradients: readonly Gradient[]): void {
    const arrays = this.#checked(gradients);
    this.#steps++;
    this.parameters.forEach((parameter, index) => {
      this.update({
        index,
        values: parameter.data as Float32Array,
        gradient: arrays[index]!,
        sign: this.#sign,
        learningRate: this.#learningRate * this.#factors[index]!,
        weightDecay: this.#weightDecays[index]!,
      });
      parameter.touch();
    });
  }

  state(): OptimizerState {
    const copies = Object.entries(this.#arrays).map(([key, list]) => [
      key,
      list.map((array) => array.slice()),
    ]);
    return { steps: this.#steps, learningRate: this.#learningRate, arrays: Object.fromEntries(copies) };
  }

  loadState({ steps, learningRate, arrays }: OptimizerState): void {
    const fits = Object.entries(this.#arrays).every(([key, list]) => {
      const given = arrays[key];
      return given?.length === list.length && list.every(({ length }, i) => given[i]!.length === length);
    });
    if (!fits || Object.keys(arrays).length !== Object.keys(this.#arrays).length)
      throw new AutogradError(
        `${this.#name}: the state is of other parameters or options; give one of ${this.parameters.length} parameters with ${Object.keys(this.#arrays).join(", ") || "no arrays"}`,
      );
    for (const [key, list] of Object.entries(this.#arrays)) {
      list.forEach((array, i) => {
        array.set(arrays[key]![i]!);
      });
    }
    this.#steps = steps;
    this.learningRate = learningRate;
  }

  /** Updates the values of one parameter and what is kept for it. */
  protected abstract update(update: Update): void;

  /** What is kept for a parameter under a name. */
  protected kept(name: string, index: number): Float32Array {
    return this.#arrays[name]![index]!;
  }

  protected check(option: string, value: number, isFine: boolean, allowed: string): void {
    if (!isFine) throw new AutogradError(`${this.#name}: ${option} is ${value}; give ${allowed}`);
  }

  #checked(gradients: readonly Gradient[]): Float32Array[] {
    const { parameters } = this;
    if (gradients.length !== parameters.length)
      throw new AutogradError(
        `${this.#name}: ${gradients.length} gradients for ${parameters.length} parameters; give one for each`,
      );
    const arrays = arraysOf(this.#name, gradients);
    arrays.forEach(({ length }, i) => {
      const { size } = parameters[i]!.tensor;
      if (length !== size)
        throw new AutogradError(
          `${this.#name}: gradient ${i} has ${length} elements; its parameter has ${size}`,
        );
    });
    return arrays;
  }

  #listOf(option: string, given: number | readonly number[]): readonly number[] {
    const list = typeof given === "number" ? this.parameters.map(() => given) : [...given];
    if (list.length !== this.parameters.length)
      throw new AutogradError(
        `${this.#name}: ${option} has ${list.length} numbers for ${this.parameters.length} parameters; give one for each, or one for all`,
      );
    for (const value of list) this.check(option, value, value >= 0, "0 or more");
    return list;
  }
}

const checkParameter = (name: string, parameter: Parameter, index: number, first: number): void => {
  const refuse = (what: string) => {
    throw new AutogradError(`${name}: parameter ${index} is ${what}`);
  };
  if (parameter.dtype !== "float32") refuse(`${parameter.dtype}; trains float32 only`);
  if (first !== index) refuse(`parameter ${first} again; give each once`);
};
