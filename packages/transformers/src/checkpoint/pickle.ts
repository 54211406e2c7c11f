/**
 * A reader of Python pickles (protocols 2 to 5, as `pickletools` documents the opcodes) that executes nothing:
 * every global a pickle names is looked up in the caller's allow-list, and calls go to the caller's own functions.
 */

/** A global of the allow-list. `call` stands for calling it; without one the pickle may only mention it. */
export interface PickleGlobal {
  readonly name: string;
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleRules {
  /** The allow-list. */
  global(name: string): PickleGlobal | undefined;
  /** The object of a persistent id. */
  persistent(id: unknown): unknown;
  /** Throws the caller's error with this sentence about the file. */
  fail(sentence: string): never;
}

/** The bytes end before the pickle does. */
export class EndOfBytes extends Error {}

/**
 * Numbers and texts as JavaScript's, lists and tuples as arrays, dictionaries as `Map`s. Reading takes time and memory
 * by the bytes, whatever they say, as long as the caller's functions do.
 *
 * @returns the object, and where the next pickle begins
 * @throws EndOfBytes
 */
export function unpickle(
  bytes: Uint8Array,
  rules: PickleRules,
): { readonly value: unknown; readonly end: number } {
  const machine = new Machine(bytes, rules);
  const value = machine.run();
  return { value, end: machine.at };
}

const isGlobal = (value: unknown): value is PickleGlobal =>
  typeof value === "object" && value !== null && globals.has(value);
/** Globals that were looked up, so that a dictionary cannot pass for one. */
const globals = new WeakSet<object>();

class Machine {
  private readonly view: DataView;
  private readonly text = new TextDecoder("utf-8", { fatal: true });
  at = 0;
  private stack: unknown[] = [];
  private readonly marks: unknown[][] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly rules: PickleRules,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const op = this.u8();
      if (op === 0x2e) return this.pop(); // STOP
      this.step(op);
    }
  }

  private step(op: number): void {
    const { stack } = this;
    switch (String.fromCharCode(op)) {
      case "\x80": // PROTO
        if (this.u8() > 5) this.broken("has an unknown pickle protocol");
        return;
      case "\x95": // FRAME
        this.take(8);
        return;
      case "(":
        this.marks.push(stack);
        this.stack = [];
        return;
      case "0":
        this.pop();
        return;
      case "1":
        this.popMark();
        return;
      case "2":
        stack.push(this.top());
        return;
      // Constants
      case "N":
        stack.push(null);
        return;
      case "\x88":
        stack.push(true);
        return;
      case "\x89":
        stack.push(false);
        return;
      case "J":
        stack.push(this.i32());
        return;
      case "K":
        stack.push(this.u8());
        return;
      case "M":
        stack.push(this.u8() | (this.u8() << 8));
        return;
      case "\x8a":
        stack.push(this.long(this.u8()));
        return;
      case "\x8b":
        stack.push(this.long(this.i32()));
        return;
      case "G": {
        const at = this.at;
        this.take(8);
        stack.push(this.view.getFloat64(at, false));
        return;
      }
      case "X":
        stack.push(this.string(this.u32()));
        return;
      case "\x8c":
        stack.push(this.string(this.u8()));
        return;
      case "\x8d":
        stack.push(this.string(this.u64()));
        return;
      // Python 2 strings and bytes
      case "U":
        stack.push(this.string(this.u8()));
        return;
      case "T":
        stack.push(this.string(this.i32()));
        return;
      case "C":
        stack.push(this.take(this.u8()));
        return;
      case "B":
        stack.push(this.take(this.u32()));
        return;
      case "\x8e":
        stack.push(this.take(this.u64()));
        return;
      // Collections
      case ")":
      case "]":
        stack.push([]);
        return;
      case "}":
        stack.push(new Map());
        return;
      case "t":
      case "l": {
        const items = this.popMark();
        this.stack.push(items);
        return;
      }
      case "d": {
        const map = new Map();
        this.setItems(map, this.popMark());
        this.stack.push(map);
        return;
      }
      case "\x85":
        stack.push([this.pop()]);
        return;
      case "\x86":
      case "\x87": {
        const last = [this.pop(), this.pop()];
        if (op === 0x87) last.push(this.pop());
        stack.push(last.reverse());
        return;
      }
      case "a": {
        const item = this.pop();
        this.list().push(item);
        return;
      }
      case "e": {
        const items = this.popMark();
        const list = this.list();
        for (const item of items) list.push(item);
        return;
      }
      case "s": {
        const value = this.pop();
        const key = this.pop();
        this.setItems(this.top(), [key, value]);
        return;
      }
      case "u": {
        const items = this.popMark();
        this.setItems(this.top(), items);
        return;
      }
      // Memo
      case "q":
        this.memo.set(this.u8(), this.top());
        return;
      case "r":
        this.memo.set(this.u32(), this.top());
        return;
      case "\x94":
        this.memo.set(this.memo.size, this.top());
        return;
      case "h":
        this.recall(this.u8());
        return;
      case "j":
        this.recall(this.u32());
        return;
      // Objects
      case "c":
        stack.push(this.lookUp(`${this.line()}.${this.line()}`));
        return;
      case "\x93": {
        const [name, module] = [this.pop(), this.pop()];
        // Any other value would be turned into text: lists that hold themselves twice never end.
        if (typeof name !== "string" || typeof module !== "string")
          this.broken("names a Python object by no text");
        stack.push(this.lookUp(`${module}.${name}`));
        return;
      }
      case "R":
      case "\x81": {
        const args = this.pop();
        stack.push(this.call(this.pop(), args));
        return;
      }
      case "b": {
        // The state of an ordered dictionary (torch's _metadata) says nothing of tensors.
        this.pop();
        if (!(this.top() instanceof Map))
          this.rules.fail("sets the state of an object that is no dictionary");
        return;
      }
      case "Q":
        stack.push(this.rules.persistent(this.pop()));
        return;
      default:
        this.broken(`uses the pickle opcode 0x${op.toString(16)}, which tensor files do not need`);
    }
  }

  private lookUp(name: string): PickleGlobal {
    const found = this.rules.global(name);
    if (!found) {
      this.rules.fail(
        `asks for the Python object ${JSON.stringify(name.slice(0, 100))}, which is no tensor; it was refused and nothing was executed`,
      );
    }
    globals.add(found);
    return found;
  }

  private call(callee: unknown, args: unknown): unknown {
    if (!isGlobal(callee)) return this.rules.fail("calls something that is no function; it was refused");
    if (!callee.call || !Array.isArray(args)) {
      return this.rules.fail(`calls the Python object ${JSON.stringify(callee.name)}; it was refused`);
    }
    return callee.call(args);
  }

  private setItems(target: unknown, items: readonly unknown[]): void {
    if (!(target instanceof Map) || items.length % 2 === 1) this.broken();
    const map = target as Map<unknown, unknown>;
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  private list(): unknown[] {
    const list = this.top();
    return Array.isArray(list) ? list : this.broken();
  }

  private recall(index: number): void {
    if (!this.memo.has(index)) this.broken();
    this.stack.push(this.memo.get(index));
  }

  private top(): unknown {
    return this.stack.length > 0 ? this.stack[this.stack.length - 1] : this.broken();
  }

  private pop(): unknown {
    return this.stack.length > 0 ? this.stack.pop() : this.broken();
  }

  private popMark(): unknown[] {
    const items = this.stack;
    this.stack = this.marks.pop() ?? this.broken();
    return items;
  }

  private take(length: number): Uint8Array {
    const end = this.at + length;
    if (length < 0) this.broken();
    if (end > this.bytes.byteLength) throw new EndOfBytes();
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  private u8(): number {
    return this.take(1)[0]!;
  }

  private i32(): number {
    const { at } = this;
    this.take(4);
    return this.view.getInt32(at, true);
  }

  private u32(): number {
    return this.i32() >>> 0;
  }

  private u64(): number {
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }

  /** Two's complement, little-endian: a number where it is exact, else a bigint. */
  private long(length: number): number | bigint {
    const bytes = this.take(length);
    if (length > 64) this.broken("holds an integer of absurd length");
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    value = BigInt.asIntN(length * 8, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private string(length: number): string {
    const bytes = this.take(length);
    try {
      return this.text.decode(bytes);
    } catch {
      return this.broken("holds text that is not UTF-8");
    }
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new EndOfBytes();
    const text = this.string(end - this.at);
    this.at = end + 1;
    return text;
  }

  private broken(how = "has a broken pickle"): never {
    return this.rules.fail(how);
  }
}
