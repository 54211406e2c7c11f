import { TransformersError } from "../../errors";

/** One object of `tokenizer.json`: reads its fields, and complains in one sentence that says where it stands. */
export class Part {
  readonly #who: string;
  readonly #place: string;
  readonly #json: Readonly<Record<string, unknown>>;

  /** @param who what the file belongs to */
  constructor(who: string, place: string, json: unknown) {
    this.#who = who;
    this.#place = place;
    if (typeof json !== "object" || json === null || Array.isArray(json))
      this.fail(`is ${shown(json)}; it must be an object`);
    this.#json = json as Record<string, unknown>;
  }

  get type(): string {
    return this.text("type");
  }

  fail(what: string): never {
    throw new TransformersError(`${this.#who}: ${this.#place} of tokenizer.json ${what}`);
  }

  has(key: string): boolean {
    return this.#json[key] !== undefined && this.#json[key] !== null;
  }

  text(key: string, fallback?: string): string {
    return this.#read(key, fallback, "a string", (value) => typeof value === "string");
  }

  /** One character. */
  char(key: string, fallback?: string): string {
    const text = this.text(key, fallback);
    if ([...text].length !== 1) this.fail(`has ${key} ${shown(text)}; it must be one character`);
    return text;
  }

  flag(key: string, fallback?: boolean): boolean {
    return this.#read(key, fallback, "true or false", (value) => typeof value === "boolean");
  }

  number(key: string, fallback?: number): number {
    return this.#read(key, fallback, "a number", (value) => typeof value === "number");
  }

  count(key: string, fallback?: number): number {
    const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
    return this.#read(key, fallback, "a whole number", isCount);
  }

  value(key: string): unknown {
    return this.#json[key];
  }

  list(key: string): readonly unknown[] {
    return this.#read<readonly unknown[]>(key, undefined, "a list", Array.isArray);
  }

  /** The object that a field holds. */
  part(key: string): Part {
    return new Part(this.#who, `${key} of ${this.#place}`, this.#json[key]);
  }

  /** The objects of a list. */
  parts(key: string): Part[] {
    return this.list(key).map((json, i) => new Part(this.#who, `${key}[${i}] of ${this.#place}`, json));
  }

  #read<T>(key: string, fallback: T | undefined, kind: string, holds: (value: unknown) => boolean): T {
    const value = this.#json[key];
    if (value === undefined && fallback !== undefined) return fallback;
    if (!holds(value)) this.fail(`has ${key} ${shown(value)}; it must be ${kind}`);
    return value as T;
  }
}

/** A value in a message, cut to a line. */
export const shown = (value: unknown): string => {
  const whole = textOf(value);
  return whole.length > 80 ? `${whole.slice(0, 80)}…` : whole;
};

const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "a value nested too deep";
  }
};

/**
 * Runs one step after the other. Steps that double a text each are a few bytes of a file, so what becomes a thousand
 * times as long is refused.
 *
 * @param lengthOf of what the steps hand on
 */
export const inTurn = <T>(
  part: Part,
  steps: readonly ((value: T) => T)[],
  lengthOf: (value: T) => number,
): ((value: T) => T) => {
  return (first) => {
    const most = 1_000_000 + 1000 * lengthOf(first);
    return steps.reduce((before, step) => {
      const after = step(before);
      if (lengthOf(after) > most) part.fail("makes a text more than a thousand times as long");
      return after;
    }, first);
  };
};

/** Sequences within sequences deeper than this are refused. */
const MAX_DEPTH = 64;

/** The parts of a part whose type is Sequence, to any depth; another part itself. */
export const flattened = (part: Part, key: string, depth = 0): Part[] => {
  if (part.type !== "Sequence") return [part];
  if (depth > MAX_DEPTH) part.fail("holds sequences too deep within each other");
  return part.parts(key).flatMap((inner) => flattened(inner, key, depth + 1));
};
