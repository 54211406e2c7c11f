import { AutogradError } from "../../errors";

const pageBytes = 2 ** 16;
/** Where a vector of four numbers may begin. */
const alignment = 16;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** One WebAssembly memory that grows, in which arrays are allocated; it goes when the last array does. */
export class WasmHeap {
  readonly #shared: boolean;
  /** Pages at most: 4 GiB. */
  readonly pages: number;
  #memory: WebAssembly.Memory | null = null;
  #floats: Float32Array | null = null;
  /** In order, none touching another; the last one has no end. */
  #idle: Span[] = [{ from: 0, to: Number.POSITIVE_INFINITY }];

  constructor(shared: boolean, pages: number) {
    this.#shared = shared;
    this.pages = pages;
  }

  get memory(): WebAssembly.Memory {
    this.#memory ??= new WebAssembly.Memory({ initial: 1, maximum: this.pages, shared: this.#shared });
    return this.#memory;
  }

  /** All of the memory, as it is now. */
  get floats(): Float32Array {
    const { buffer } = this.memory;
    if (this.#floats?.buffer !== buffer) this.#floats = new Float32Array(buffer);
    return this.#floats;
  }

  /** The first byte of so many that nobody else gets. */
  allocate(bytes: number): number {
    const wanted = Math.ceil(bytes / alignment) * alignment;
    const at = this.#idle.findIndex(({ from, to }) => to - from >= wanted);
    const { from, to } = this.#idle[at]!;
    this.#reach(from + wanted);
    this.#idle.splice(at, 1, ...(to - from === wanted ? [] : [{ from: from + wanted, to }]));
    return from;
  }

  free(from: number, bytes: number): void {
    const to = from + Math.ceil(bytes / alignment) * alignment;
    const at = this.#idle.findIndex((span) => span.from >= to);
    const [before, after] = [this.#idle[at - 1], this.#idle[at]!];
    const first = before?.to === from;
    const joined = { from: first ? before!.from : from, to: after.from === to ? after.to : to };
    const gone = (first ? 1 : 0) + (after.from === to ? 1 : 0);
    this.#idle.splice(first ? at - 1 : at, gone, joined);
    if (this.#idle.length === 1 && this.#idle[0]!.from === 0) this.#memory = this.#floats = null;
  }

  #reach(end: number): void {
    const { buffer } = this.memory;
    const missing = Math.ceil((end - buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch (error) {
      throw new AutogradError(
        `gpu:webasm: ${Math.ceil(end / 2 ** 20)} MiB are wanted at a time; the memory ends at ${this.pages / 16} MiB, or this machine has no more; use fewer plans, or gpu:cpu`,
        { cause: error },
      );
    }
  }
}
