import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { type CharSet, charSet } from "./char-set";

/**
 * One step of a compiled pattern. `split`, `run` and `look` carry a number, `slot`, under which the matcher
 * remembers at which positions they failed.
 */
export type Instruction =
  | { readonly op: "char"; readonly code: number; readonly back: boolean }
  | { readonly op: "set"; readonly set: CharSet; readonly back: boolean }
  /** Goes on at `first`; if that fails, at `second`. */
  | { readonly op: "split"; first: number; second: number; readonly slot: number; readonly loops: boolean }
  /** Stands before the `split` of a loop of this slot. */
  | { readonly op: "loop"; readonly slot: number }
  /** A greedy loop over one set, at least `min` times. */
  | {
      readonly op: "run";
      readonly set: CharSet;
      readonly min: number;
      readonly slot: number;
      readonly run: number;
    }
  | { readonly op: "jump"; to: number }
  | { readonly op: "save"; readonly group: number }
  | { readonly op: "edge"; readonly kind: "start" | "end"; readonly multiline: boolean }
  | { readonly op: "word"; readonly set: CharSet; readonly negate: boolean }
  /** Looks whether what stands before `next` matches here; `atomic` goes on where that ended. */
  | {
      readonly op: "look";
      readonly kind: "ahead" | "behind" | "atomic";
      readonly negate: boolean;
      readonly slot: number;
      next: number;
    }
  | { readonly op: "back reference"; readonly group: number; readonly back: boolean; readonly fold: boolean }
  | { readonly op: "match" };

export interface Program {
  readonly code: readonly Instruction[];
  /** Steps that are remembered. */
  readonly slots: number;
  /** Greedy loops over one set. */
  readonly runs: number;
  /** Capturing groups, the whole match included. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  /** Whether what follows depends on what a group holds, so that nothing can be remembered. */
  readonly hasBackReferences: boolean;
  /** Steps by code points, as opposed to UTF-16 units. */
  readonly unicode: boolean;
}

/** Counted repetitions are written out; a program longer than this is refused. */
const MAX_INSTRUCTIONS = 20_000;

/** @throws SyntaxError for what is no regular expression of ECMAScript, or one too large */
export const compile = (source: string, flags: string): Program => {
  const unicode = flags.includes("u") || flags.includes("v");
  const parser = new RegExpParser({ ecmaVersion: 2025 });
  const pattern = parser.parsePattern(source, 0, source.length, {
    unicode: flags.includes("u"),
    unicodeSets: flags.includes("v"),
  });
  return new Compiler(unicode, flags.includes("v") ? "v" : flags.includes("u") ? "u" : "").program(pattern, {
    i: flags.includes("i"),
    m: flags.includes("m"),
    s: flags.includes("s"),
  });
};

interface Modes {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

interface Context {
  readonly modes: Modes;
  /** Within a lookbehind, everything goes from right to left. */
  readonly back: boolean;
  /** Within a lookaround or an atomic group. */
  readonly inner: boolean;
}

class Compiler {
  readonly #code: Instruction[] = [];
  readonly #groups = new Map<AST.CapturingGroup, number>();
  #slots = 0;
  #runs = 0;
  #hasBackReferences = false;
  readonly #unicode: boolean;
  readonly #setFlag: string;

  constructor(unicode: boolean, setFlag: string) {
    this.#unicode = unicode;
    this.#setFlag = setFlag;
  }

  program(pattern: AST.Pattern, modes: Modes): Program {
    this.#numberGroups(pattern);
    this.#either(pattern.alternatives, { modes, back: false, inner: false });
    this.#emit({ op: "match" });
    const named = [...this.#groups].filter(([{ name }]) => name !== null);
    return {
      code: this.#code,
      slots: this.#slots,
      runs: this.#runs,
      groups: this.#groups.size + 1,
      names: new Map(named.map(([{ name }, index]) => [name!, index])),
      hasBackReferences: this.#hasBackReferences,
      unicode: this.#unicode,
    };
  }

  #emit<I extends Instruction>(instruction: I): I {
    if (this.#code.length >= MAX_INSTRUCTIONS) throw new SyntaxError("the pattern is too large");
    this.#code.push(instruction);
    return instruction;
  }

  get #here(): number {
    return this.#code.length;
  }

  /** Groups count by their opening brackets, in the order of the source. */
  #numberGroups(node: AST.Node): void {
    if (node.type === "CapturingGroup") this.#groups.set(node, this.#groups.size + 1);
    if ("alternatives" in node && node.type !== "ClassStringDisjunction")
      for (const alternative of node.alternatives) this.#numberGroups(alternative);
    else if (node.type === "Alternative") for (const element of node.elements) this.#numberGroups(element);
    else if (node.type === "Quantifier") this.#numberGroups(node.element);
  }

  #either(alternatives: readonly AST.Alternative[], context: Context): void {
    const ends: { to: number }[] = [];
    for (const [i, alternative] of alternatives.entries()) {
      if (i === alternatives.length - 1) {
        this.#sequence(alternative.elements, context);
        continue;
      }
      const split = this.#split();
      split.first = this.#here;
      this.#sequence(alternative.elements, context);
      ends.push(this.#emit({ op: "jump", to: 0 }));
      split.second = this.#here;
    }
    for (const end of ends) end.to = this.#here;
  }

  #split(loops = false) {
    return this.#emit({ op: "split", first: 0, second: 0, slot: this.#slots++, loops });
  }

  #sequence(elements: readonly AST.Element[], context: Context): void {
    const ordered = context.back ? elements.toReversed() : elements;
    for (let i = 0; i < ordered.length; i++) {
      const atomic = context.back ? undefined : atomicGroup(ordered[i]!, ordered[i + 1]);
      if (atomic === undefined) this.#element(ordered[i]!, context);
      else {
        this.#look("atomic", false, atomic.alternatives, { ...context, inner: true });
        i++;
      }
    }
  }

  #element(node: AST.Element, context: Context): void {
    switch (node.type) {
      case "Character":
        if (context.modes.i) this.#set(node.raw, context);
        else this.#emit({ op: "char", code: node.value, back: context.back });
        break;
      case "CharacterClass":
      case "CharacterSet":
      case "ExpressionCharacterClass":
        this.#set(node.raw, context);
        break;
      case "Group":
        this.#either(node.alternatives, { ...context, modes: modified(context.modes, node.modifiers) });
        break;
      case "CapturingGroup": {
        const group = 2 * this.#groups.get(node)!;
        this.#emit({ op: "save", group: context.back ? group + 1 : group });
        this.#either(node.alternatives, context);
        this.#emit({ op: "save", group: context.back ? group : group + 1 });
        break;
      }
      case "Quantifier":
        this.#quantifier(node, context);
        break;
      case "Backreference": {
        const target = Array.isArray(node.resolved) ? node.resolved[0]! : node.resolved;
        this.#hasBackReferences = true;
        const group = 2 * this.#groups.get(target)!;
        this.#emit({ op: "back reference", group, back: context.back, fold: context.modes.i });
        break;
      }
      case "Assertion":
        this.#assertion(node, context);
    }
  }

  #assertion(node: AST.Assertion, context: Context): void {
    if (node.kind === "word")
      this.#emit({ op: "word", set: this.#charSet("\\w", context), negate: node.negate });
    else if (node.kind === "lookahead" || node.kind === "lookbehind") {
      const back = node.kind === "lookbehind";
      const inner = { ...context, back, inner: true };
      this.#look(back ? "behind" : "ahead", node.negate, node.alternatives, inner);
    } else this.#emit({ op: "edge", kind: node.kind, multiline: context.modes.m });
  }

  #look(
    kind: "ahead" | "behind" | "atomic",
    negate: boolean,
    alternatives: readonly AST.Alternative[],
    context: Context,
  ): void {
    const look = this.#emit({ op: "look", kind, negate, slot: this.#slots++, next: 0 });
    this.#either(alternatives, context);
    this.#emit({ op: "match" });
    look.next = this.#here;
  }

  #quantifier({ min, max, greedy, element }: AST.Quantifier, context: Context): void {
    const single = isSet(element);
    if (single && greedy && max === Number.POSITIVE_INFINITY && !context.inner) {
      const set = this.#charSet(element.raw, context);
      this.#emit({ op: "run", set, min, slot: this.#slots++, run: this.#runs++ });
      return;
    }
    for (let i = 0; i < min; i++) this.#element(element, context);
    if (max === Number.POSITIVE_INFINITY) {
      this.#emit({ op: "loop", slot: this.#slots });
      const loop = this.#here;
      const split = this.#split(true);
      const body = this.#here;
      this.#element(element, context);
      this.#emit({ op: "jump", to: loop });
      [split.first, split.second] = greedy ? [body, this.#here] : [this.#here, body];
      return;
    }
    const splits = [];
    for (let i = min; i < max; i++) {
      const split = this.#split();
      splits.push({ split, body: this.#here });
      this.#element(element, context);
    }
    for (const { split, body } of splits)
      [split.first, split.second] = greedy ? [body, this.#here] : [this.#here, body];
  }

  #set(source: string, context: Context): void {
    this.#emit({ op: "set", set: this.#charSet(source, context), back: context.back });
  }

  #charSet(source: string, { modes }: Context): CharSet {
    return charSet(source, `${this.#setFlag}${modes.i ? "i" : ""}${modes.s ? "s" : ""}`);
  }
}

const isSet = (node: AST.Node): boolean =>
  node.type === "Character" ||
  node.type === "CharacterClass" ||
  node.type === "CharacterSet" ||
  node.type === "ExpressionCharacterClass";

/** `(?=(…))\1` is how ECMAScript spells an atomic group. */
const atomicGroup = (node: AST.Element, next: AST.Element | undefined): AST.CapturingGroup | undefined => {
  if (node.type !== "Assertion" || node.kind !== "lookahead" || node.negate) return undefined;
  const [only, ...others] = node.alternatives[0]!.elements;
  if (node.alternatives.length > 1 || others.length > 0 || only?.type !== "CapturingGroup") return undefined;
  const refers = next?.type === "Backreference" && next.resolved === only && only.references.length === 1;
  return refers ? only : undefined;
};

const modified = (modes: Modes, modifiers: AST.Modifiers | null): Modes => {
  if (modifiers === null) return modes;
  const { add, remove } = modifiers;
  return {
    i: (modes.i || add.ignoreCase) && !remove?.ignoreCase,
    m: (modes.m || add.multiline) && !remove?.multiline,
    s: (modes.s || add.dotAll) && !remove?.dotAll,
  };
};
