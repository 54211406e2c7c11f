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

  override members(): Iterable<Member> {
    const own = new Map<string, Member[]>(Object.keys(this.#names).map((property) => [property, []]));
    for (const { name, value, replace } of super.members()) {
      const end = name.includes(".") ? name.indexOf(".") : name.length;
      const property = name.slice(0, end);
      const member = { name: (this.#names[property] ?? property) + name.slice(end), value, replace };
      const known = own.get(property);
      if (known === undefined) own.set(property, [member]);
      else if (this.#names[property] === null && isModule(value)) known.push(...value.members());
      else known.push(member);
    }
    return [...own.values()].flat();
  }
}

/** As members are named. */
const snakeCase = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
