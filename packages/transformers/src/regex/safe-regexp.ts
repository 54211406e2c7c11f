import { compile, type Instruction, type Program } from "./program";

/** Where a pattern matched, in UTF-16 units, and what its groups held. */
export interface SafeMatch {
  readonly start: number;
  readonly end: number;
  /** Of the named groups that took part. */
  readonly groups: Readonly<Record<string, string>>;
}

/** Steps that a pattern with back references may take on one text. */
const MAX_STEPS = 2_000_000;
/** Steps that any other may take, and more for each character: patterns of thousands of parts on long texts are too much. */
const MAX_PROPORTIONAL = { steps: 5_000_000, perCharacter: 200 } as const;
/** Bytes that a text's failures may take, and more for each character. */
const MAX_MEMORY = { bytes: 2 ** 26, perCharacter: 16 } as const;

/**
 * A regular expression of ECMAScript whose work cannot explode. It matches what JavaScript's own would, in time
 * proportional to pattern × text: a step that failed at a position is not tried there again. Back references
 * rule that out; such a pattern has a bound of steps instead, and a group that a loop does not come through again
 * keeps what it held, as in Python.
 */
export class SafeRegExp {
  readonly source: string;
  readonly #program: Program;

  /**
   * @param flags of `i`, `m`, `s`, `u` and `v`
   * @throws SyntaxError for what is no regular expression
   */
  constructor(source: string, flags = "") {
    this.source = source;
    this.#program = compile(source, flags);
  }

  /** Whether the pattern matches somewhere in the text. @throws RangeError as `matches` */
  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  /** The first match. @throws RangeError as `matches` */
  exec(text: string): SafeMatch | null {
    return new Matcher(this.#program, text).search(0);
  }

  /**
   * All matches from left to right, none overlapping; an empty one does not follow another match at its end.
   *
   * @throws RangeError when a pattern with back references, or a huge one, takes too many steps
   */
  *matches(text: string): Generator<SafeMatch, void, undefined> {
    const matcher = new Matcher(this.#program, text);
    for (let from = 0, last = -1; from <= text.length; ) {
      const match = matcher.search(from);
      if (match === null) return;
      const { start, end } = match;
      if (start === end && end === last) {
        from = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
        continue;
      }
      yield match;
      from = last = end;
    }
  }
}

/** A greedy loop's last stretch of text: all of `from`…`end` is in its set, exits of `tried`…`end` have failed. */
interface Run {
  from: number;
  end: number;
  tried: number;
}

/** No position, nor what says that there is none. */
const NOWHERE = -2;

/** What is left to try. `pc` < 0: put group −pc − 1 back to `position`. */
interface Choice {
  readonly pc: number;
  readonly position: number;
  /** Least position at which a loop can be left, or −1. */
  readonly least: number;
  readonly depth: number;
}

class Matcher {
  readonly #text: string;
  readonly #program: Program;
  readonly #width: number;
  /** Bit slot × width + position: that step failed there, or is being tried. */
  readonly #seen: Uint8Array;
  /** Where lookarounds that were entered at a step end, for those that match. */
  readonly #ends = new Map<number, number>();
  readonly #runs: Run[];
  /** Start and end of each group; with back references also where each step was taken last. */
  readonly #groups: number[];
  readonly #remembers: boolean;
  readonly #most: number;
  #steps = 0;

  constructor(program: Program, text: string) {
    this.#program = program;
    this.#text = text;
    this.#width = text.length + 1;
    this.#remembers = !program.hasBackReferences;
    const { steps, perCharacter } = MAX_PROPORTIONAL;
    this.#most = this.#remembers ? steps + perCharacter * text.length : MAX_STEPS;
    const bytes = this.#remembers ? Math.ceil((program.slots * this.#width) / 8) : 0;
    if (bytes > Math.max(MAX_MEMORY.bytes, MAX_MEMORY.perCharacter * text.length))
      throw new RangeError("it takes too many steps on this text");
    this.#seen = new Uint8Array(bytes);
    this.#runs = Array.from({ length: program.runs }, () => ({ from: NOWHERE, end: NOWHERE, tried: 0 }));
    const turns = this.#remembers ? 0 : program.slots;
    this.#groups = new Array(2 * program.groups + turns).fill(-1);
  }

  search(from: number): SafeMatch | null {
    for (let start = from; start <= this.#text.length; start++) {
      if (this.#program.unicode && this.#insidePair(start)) continue;
      this.#groups.fill(-1);
      const end = this.#match(0, start, false);
      if (end < 0) continue;
      this.#forget(end);
      return { start, end, groups: this.#named() };
    }
    return null;
  }

  #insidePair(at: number): boolean {
    return isLow(this.#text.charCodeAt(at)) && at > 0 && isHigh(this.#text.charCodeAt(at - 1));
  }

  /** The steps that led to a match ended at its end at the latest; what was tried behind it has failed for good. */
  #forget(end: number): void {
    for (let slot = 0; this.#remembers && slot < this.#program.slots; slot++) {
      const bit = slot * this.#width + end;
      this.#seen[bit >> 3]! &= ~(1 << (bit & 7));
    }
    for (const run of this.#runs) if (run.tried <= end) run.tried = Math.min(run.end, end) + 1;
  }

  #named(): Record<string, string> {
    const named: Record<string, string> = {};
    for (const [name, group] of this.#program.names) {
      const [start, end] = [this.#groups[2 * group]!, this.#groups[2 * group + 1]!];
      if (start >= 0 && end >= 0) named[name] = this.#text.slice(start, end);
    }
    return named;
  }

  /** Marks a step; whether it was marked already. */
  #isSeen(slot: number, position: number): boolean {
    if (!this.#remembers) return false;
    const bit = slot * this.#width + position;
    const [byte, mask] = [bit >> 3, 1 << (bit & 7)];
    if ((this.#seen[byte]! & mask) !== 0) return true;
    this.#seen[byte]! |= mask;
    return false;
  }

  /** With back references: whether a loop comes round without a character. */
  #turnsInPlace(slot: number, here: number, choices: Choice[]): boolean {
    if (this.#remembers) return false;
    const group = 2 * this.#program.groups + slot;
    if (this.#groups[group] === here) return true;
    this.#hold(group, here, choices, 0);
    return false;
  }

  /** Sets an entry of the groups, to be set back on the way back. */
  #hold(group: number, position: number, choices: Choice[], depth: number): void {
    choices.push({ pc: -1 - group, position: this.#groups[group]!, least: -1, depth });
    this.#groups[group] = position;
  }

  /**
   * Runs the program from a step to the end of its part.
   *
   * @param inner in a lookaround, where steps are shared by several tries and may have matched before
   * @returns where it ended, or −1
   */
  #match(pc: number, position: number, inner: boolean): number {
    const { code } = this.#program;
    const choices: Choice[] = [];
    /** In a lookaround, the remembered steps that led here. */
    const path: number[] = [];
    let [at, here] = [pc, position];
    for (;;) {
      if (++this.#steps > this.#most)
        throw new RangeError(
          `it ${this.#remembers ? "" : "has back references and "}takes too many steps on this text`,
        );
      const step = code[at]!;
      let holds = true;
      switch (step.op) {
        case "match": {
          if (inner && this.#remembers) for (const key of path) this.#ends.set(key, here);
          return here;
        }
        case "char":
        case "set": {
          const next = this.#consume(step, here);
          if (next < 0) holds = false;
          else [at, here] = [at + 1, next];
          break;
        }
        case "jump":
          at = step.to;
          break;
        case "split": {
          const key = step.slot * this.#width + here;
          const end = inner ? this.#ends.get(key) : undefined;
          if (end !== undefined) {
            for (const before of path) this.#ends.set(before, end);
            return end;
          }
          if (this.#isSeen(step.slot, here) || (step.loops && this.#turnsInPlace(step.slot, here, choices)))
            holds = false;
          else {
            if (inner) path.push(key);
            choices.push({ pc: step.second, position: here, least: -1, depth: path.length });
            at = step.first;
          }
          break;
        }
        case "loop":
          if (!this.#remembers) this.#hold(2 * this.#program.groups + step.slot, -1, choices, path.length);
          at++;
          break;
        case "run": {
          const exit = this.#enter(step, here, choices, at);
          if (exit < 0) holds = false;
          else [at, here] = [at + 1, exit];
          break;
        }
        case "save":
          this.#hold(step.group, here, choices, path.length);
          at++;
          break;
        case "edge":
          holds = this.#atEdge(step, here);
          at++;
          break;
        case "word":
          holds = (this.#isIn(step.set, here - 1) !== this.#isIn(step.set, here)) !== step.negate;
          at++;
          break;
        case "look": {
          const end = this.#look(step, at, here);
          if (step.kind === "atomic") here = end;
          holds = step.negate ? end < 0 : end >= 0;
          at = step.next;
          break;
        }
        case "back reference": {
          const next = this.#repeat(step, here);
          if (next < 0) holds = false;
          else [at, here] = [at + 1, next];
        }
      }
      while (!holds) {
        const choice = choices.pop();
        if (choice === undefined) return -1;
        path.length = choice.depth;
        if (choice.pc < 0) this.#groups[-1 - choice.pc] = choice.position;
        else if (choice.least < 0) {
          [at, here, holds] = [choice.pc, choice.position, true];
        } else {
          const exit = this.#leave(choice, choices);
          if (exit >= 0) [at, here, holds] = [choice.pc + 1, exit, true];
        }
      }
    }
  }

  #look(step: Extract<Instruction, { op: "look" }>, at: number, here: number): number {
    const key = step.slot * this.#width + here;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    if (this.#isSeen(step.slot, here)) return -1;
    const end = this.#match(at + 1, here, true);
    if (end >= 0 && this.#remembers) this.#ends.set(key, end);
    return end;
  }

  /** Begins a greedy loop as far right as it goes and has not failed yet. */
  #enter(step: Extract<Instruction, { op: "run" }>, here: number, choices: Choice[], pc: number): number {
    const run = this.#runs[step.run]!;
    if (!(run.from <= here && here <= run.end)) {
      let end = here;
      for (let next = end; next >= 0 && next !== run.from; next = this.#consume(step, end)) end = next;
      const joins = this.#consume(step, end) === run.from;
      if (joins) run.from = here;
      else [run.from, run.end, run.tried] = [here, end, end + 1];
    }
    let least = here;
    for (let i = 0; i < step.min; i++) {
      if (least >= run.end) return -1;
      least = this.#consume(step, least);
    }
    const from = this.#remembers ? Math.min(run.end, this.#before(run.tried)) : run.end;
    return this.#leave({ pc, position: from, least, depth: 0 }, choices);
  }

  /** The next exit of a loop, from right to left, with those further left kept for later. */
  #leave({ pc, position, least, depth }: Choice, choices: Choice[]): number {
    if (position < least) return -1;
    const { run: index } = this.#program.code[pc] as Extract<Instruction, { op: "run" }>;
    const run = this.#runs[index]!;
    if (position >= run.from && position <= run.end) run.tried = Math.min(run.tried, position);
    if (position > least) choices.push({ pc, position: this.#before(position), least, depth });
    return position;
  }

  #before(position: number): number {
    return position - (this.#program.unicode && this.#insidePair(position - 1) ? 2 : 1);
  }

  /** The position beyond one character, or −1. */
  #consume(step: Extract<Instruction, { op: "char" | "set" | "run" }>, here: number): number {
    const back = step.op !== "run" && step.back;
    const size = back ? here - this.#before(here) : 1;
    const at = back ? here - size : here;
    if (at < 0 || at >= this.#text.length) return -1;
    const code = this.#program.unicode ? this.#text.codePointAt(at)! : this.#text.charCodeAt(at);
    if (step.op === "char" ? code !== step.code : !step.set.has(code)) return -1;
    return back ? at : at + (code > 0xffff ? 2 : 1);
  }

  #isIn(set: { has(codePoint: number): boolean }, at: number): boolean {
    return at >= 0 && at < this.#text.length && set.has(this.#text.charCodeAt(at));
  }

  #atEdge({ kind, multiline }: Extract<Instruction, { op: "edge" }>, here: number): boolean {
    if (kind === "start") return here === 0 || (multiline && lineEnds.has(this.#text[here - 1]!));
    return here === this.#text.length || (multiline && lineEnds.has(this.#text[here]!));
  }

  #repeat({ group, back, fold }: Extract<Instruction, { op: "back reference" }>, here: number): number {
    const [start, end] = [this.#groups[group]!, this.#groups[group + 1]!];
    if (start < 0 || end < 0) return here;
    const own = this.#text.slice(start, end);
    const at = back ? here - own.length : here;
    const there = this.#text.slice(Math.max(0, at), at + own.length);
    const same = fold ? own.toLowerCase() === there.toLowerCase() : own === there;
    if (at < 0 || !same) return -1;
    return back ? at : at + own.length;
  }
}

const lineEnds = new Set(["\n", "\r", "\u2028", "\u2029"]);
const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;
