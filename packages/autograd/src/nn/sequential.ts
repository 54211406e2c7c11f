import type { Tensor } from "../tensor";
import { dependsOn } from "../trace";
import { membersOf } from "./members";
import { type Member, Module, structureOf } from "./module";

/** A module of one input, or a function such as `relu`. */
export type SequentialLayer = (Module & { forward(x: Tensor): Tensor }) | ((x: Tensor) => Tensor);

/**
 * Layers one after the other, named by their places as torch names them: in
 * `new Sequential(new Linear(2, 8), relu, new Linear(8, 1))` the weights are `0.weight` and `2.weight`.
 */
export class Sequential extends Module {
  override readonly kind = "Sequential";
  readonly #layers: SequentialLayer[];

  constructor(...layers: readonly SequentialLayer[]) {
    super();
    this.#layers = [...layers];
  }

  get length(): number {
    return this.#layers.length;
  }

  /** The layer at a place, from 0, or from the end where negative. */
  at(place: number): SequentialLayer | undefined {
    return this.#layers.at(place);
  }

  override members(): Iterable<Member> {
    return membersOf(this.#layers);
  }

  forward(x: Tensor): Tensor {
    dependsOn(this, () => structureOf(this));
    return this.#layers.reduce(
      (value, layer) => (typeof layer === "function" ? layer(value) : layer.forward(value)),
      x,
    );
  }
}
