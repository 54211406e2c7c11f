import { type MemberNames, Module } from "@waveft/autograd";

/** A module that architectures share, under the names that each of them gives to its layers. */
export abstract class NamedModule extends Module {
  readonly #names: MemberNames;

  constructor(
    override readonly kind: string,
    names: MemberNames,
  ) {
    super();
    this.#names = names;
  }

  protected override get memberNames(): MemberNames {
    return this.#names;
  }
}
