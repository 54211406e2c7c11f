import { isModule, type Member, Module } from "@waveft/autograd";

/**
 * What a module's properties are called in checkpoints, in the order in which Python's modules hold them. Null: what the
 * property holds stands in the module itself, under its own names.
 */
export type Names = Readonly<Record<string, string | null>>;

/** A module that architectures share, under the names that each of them gives to its layers. */
export abstract class NamedModule extends Module {
  readonly #names: Names;

  constructor(
    override readonly kind: string,
    names: Names,
  ) {
    super();
    this.#names = Object.fromEntries(
      Object.entries(names).map(([property, name]) => [snakeCase(property), name]),
    );
  }

  override *members(): Iterable<Member> {
    const own = new Map<string, Member[]>();
    for (const member of super.members()) {
      const [property = "", ...place] = member.name.split(".");
      const name = [this.#names[property] ?? property, ...place].join(".");
      own.set(property, [...(own.get(property) ?? []), { ...member, name }]);
    }
    for (const property of new Set([...Object.keys(this.#names), ...own.keys()]))
      for (const member of own.get(property) ?? [])
        if (this.#names[property] === null && isModule(member.value)) yield* member.value.members();
        else yield member;
  }
}

/** As members are named. */
const snakeCase = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
