import { WaveletError } from "../../errors";
import { splitAxes } from "../dwtn";
import { checkedLength } from "../lengths";
import { deepestOver } from "../levels";
import type { Mode } from "../modes";
import { type Dense, type Signal, type Transformed, writeSignal } from "../signal";
import { type PacketData, readPacketData } from "./data";
import { checkName, namesIn, nodeAt, type PacketPath } from "./paths";
import { bandShape, joinBands, type Tree, trimmed } from "./tree";

/** Where a node grows, and what it holds; the root has no parent. */
export interface Seed<N> {
  readonly tree: Tree;
  readonly parent?: N;
  readonly name?: string;
  readonly data?: Dense | undefined;
}

export interface ReconstructOptions {
  /** Makes the result the node's data; the nodes below keep theirs. @default true for the root, else false */
  readonly update?: boolean;
}

export interface DecomposeOption {
  /** Makes the nodes that are missing, where there is data to make them of. */
  readonly decompose?: boolean;
}

/**
 * A node of a wavelet packet tree: coefficients, or nothing (then it is empty), and the nodes below it, each made by
 * filtering and downsampling when first asked for. Iterating gives this node and all below that are there, parents
 * before children, without decomposing.
 *
 * `S` is the form of the data, `N` the class of the nodes.
 */
export abstract class BasePacketNode<S extends Signal, N extends BasePacketNode<S, N>>
  implements Iterable<N>
{
  /** The names on the way from the root, which has the path "". */
  readonly path: string;
  /** How many levels below the root. */
  readonly level: number;
  /** The last name in the path, "" for the root. */
  readonly nodeName: string;
  readonly #tree: Tree;
  readonly #subnodes = new Map<string, N>();
  /** The shape of the data that the node was made with, to which what is reconstructed is trimmed. */
  readonly #shape: readonly number[] | undefined;
  #parent: N | undefined;
  #data: Dense | undefined;

  protected constructor({ tree, parent, name = "", data }: Seed<N>) {
    this.path = (parent?.path ?? "") + name;
    this.level = parent === undefined ? 0 : parent.level + 1;
    this.nodeName = name;
    this.#tree = tree;
    this.#parent = parent;
    this.#data = data;
    this.#shape = data?.shape;
    if (data !== undefined) tree.separable(data.shape.length);
  }

  /** This node by its own class. */
  protected abstract get self(): N;
  protected abstract grow(seed: Seed<N>): N;

  /** The node above; undefined for the root and for nodes taken out of their tree. */
  get parent(): N | undefined {
    return this.#parent;
  }

  /** The path as a list of names, one per level. */
  get pathTuple(): string[] {
    return namesIn(this.path, this.#tree.names);
  }

  get mode(): Mode | readonly Mode[] {
    return this.#tree.mode;
  }

  /** The axes transformed, as they were given. */
  get axes(): readonly number[] {
    return this.#tree.axes;
  }

  /** The deepest level of the tree; undefined as long as it was not given and the tree is empty. */
  get maxlevel(): number | undefined {
    this.#tree.maxlevel ??= this.#deepestUseful();
    return this.#tree.maxlevel;
  }

  get isEmpty(): boolean {
    return this.#data === undefined;
  }

  get hasAnySubnode(): boolean {
    return this.#subnodes.size > 0;
  }

  /**
   * The coefficients (of the root: the signal), or null if the node is empty. Writing into them changes the node's.
   * What is assigned must have the shape that follows from the tree's signal, if it was made with one; nodes below
   * stay as they are.
   */
  get data(): Transformed<S> | null {
    return this.#data === undefined ? null : writeSignal<S>(this.#data);
  }

  set data(data: PacketData<S>) {
    this.#data = this.#read(data);
  }

  /**
   * The node at a path from here; where one on the way is missing, the node above is decomposed, which makes all
   * nodes below that one anew, as in PyWavelets.
   */
  get(path: PacketPath): N {
    let node = this.self;
    for (const name of this.#namesIn(path)) {
      const below = node.getSubnode(name);
      if (below === undefined) {
        throw new WaveletError(
          `${nodeAt(node.path)} is empty, so there is no ${nodeAt(node.path + name)} to be made of it; set it first`,
          "path",
        );
      }
      node = below;
    }
    return node;
  }

  /** Whether there is a node at a path from here now, without decomposing. */
  has(path: PacketPath): boolean {
    let node = this.self;
    for (const name of namesIn(path, this.#tree.names)) {
      const below = node.#subnodes.get(name);
      if (below === undefined) return false;
      node = below;
    }
    return true;
  }

  /**
   * Gives data to the node at a path from here. Nodes on the way that are missing are made, empty: nothing is
   * decomposed.
   *
   * @param data a signal, another node (its data is shared), or null to empty the node
   */
  set(path: PacketPath, data: PacketData<S>): this {
    this.#put(this.#namesIn(path), data);
    return this;
  }

  /** Takes the node at a path from here, made first if missing, out of the tree, where it counts as zeros. */
  delete(path: PacketPath): void {
    const node = this.get(path);
    const siblings = node.#parent === undefined ? undefined : node.#parent.#subnodes;
    if (siblings?.get(node.nodeName) === node) siblings.delete(node.nodeName);
    node.#parent = undefined;
  }

  /** The node of that name right below; if it is missing, undefined unless it can be made. */
  getSubnode(name: string, { decompose = true }: DecomposeOption = {}): N | undefined {
    checkName(name, this.#tree.names);
    if (decompose && !this.#subnodes.has(name) && !this.isEmpty) this.decompose();
    return this.#subnodes.get(name);
  }

  /**
   * Makes all nodes right below from this one's data, in place of those that are there. If it is empty, they are
   * empty too, and those that are there stay.
   */
  decompose(): N[] {
    this.#checkLevel(this.level + 1);
    const { tree, data } = { tree: this.#tree, data: this.#data };
    const bands = data && splitAxes(data, tree.separable(data.shape.length));
    return tree.names.map((name) => {
      const there = bands === undefined ? this.#subnodes.get(name) : undefined;
      const node = there ?? this.grow({ tree, parent: this.self, name, data: bands?.[tree.bands[name]!] });
      this.#subnodes.set(name, node);
      return node;
    });
  }

  /**
   * What the nodes below make together, missing and empty ones being zeros; without nodes below the node's own data.
   * It is trimmed to the shape of the data that the node was made with.
   */
  reconstruct({ update = this.level === 0 }: ReconstructOptions = {}): Transformed<S> {
    const data = this.#rebuilt();
    if (data === undefined) {
      throw new WaveletError(
        `${nodeAt(this.path)} is empty and has no nodes below to reconstruct it`,
        "data",
      );
    }
    if (update) this.#data = data;
    return writeSignal<S>(data);
  }

  /** The nodes without nodes below. `decompose` (false by default) goes on down to maxlevel. */
  getLeafNodes({ decompose = false }: DecomposeOption = {}): N[] {
    const leaves: N[] = [];
    const collect = (node: N) => {
      const leaf = (node.level === node.maxlevel && !node.isEmpty) || (!decompose && !node.hasAnySubnode);
      if (leaf) leaves.push(node);
      return !leaf;
    };
    this.walk(collect, { decompose });
    return leaves;
  }

  /** Visits this node, then those below if the visit returned true. `decompose` (true by default) makes them. */
  walk(visit: (node: N) => boolean, { decompose = true }: DecomposeOption = {}): void {
    if (!visit(this.self)) return;
    for (const node of this.#below(decompose)) node.walk(visit, { decompose });
  }

  /** Visits the nodes below, then this node. `decompose` (true by default) makes them. */
  walkDepth(visit: (node: N) => void, { decompose = true }: DecomposeOption = {}): void {
    for (const node of this.#below(decompose)) node.walkDepth(visit, { decompose });
    visit(this.self);
  }

  *[Symbol.iterator](): Generator<N, void, undefined> {
    yield this.self;
    for (const node of this.#present()) yield* node;
  }

  /** The nodes of a level, counted from the root, from left to right. */
  protected nodesAt(level: number, decompose: boolean): N[] {
    this.#checkLevel(checkedLength(level, "level", 0));
    const nodes: N[] = [];
    const collect = (node: N) => {
      if (node.level === level) nodes.push(node);
      return node.level < level;
    };
    this.walk(collect, { decompose });
    return nodes;
  }

  /** The nodes right below that are there, from left to right. */
  *#present(): Generator<N, void, undefined> {
    for (const name of this.#tree.names) {
      const node = this.#subnodes.get(name);
      if (node !== undefined) yield node;
    }
  }

  *#below(decompose: boolean): Generator<N, void, undefined> {
    if (this.level >= (this.maxlevel ?? Number.POSITIVE_INFINITY)) return;
    for (const name of this.#tree.names) {
      const node = this.getSubnode(name, { decompose });
      if (node !== undefined) yield node;
    }
  }

  #namesIn(path: PacketPath): string[] {
    const names = namesIn(path, this.#tree.names);
    const level = this.level + names.length;
    if (level <= (this.maxlevel ?? level)) return names;
    throw new WaveletError(
      `${nodeAt(this.path + names.join(""))} would be on level ${level}, but the tree ends at level ${this.maxlevel}`,
      "path",
    );
  }

  #checkLevel(level: number): void {
    if (level <= (this.maxlevel ?? level)) return;
    throw new WaveletError(
      `level must be at most ${this.maxlevel}, where the tree ends; got ${level}`,
      "length",
    );
  }

  /** A new node becomes part of the tree only when its data has been accepted. */
  #put([name, ...rest]: readonly string[], data: PacketData<S>): void {
    if (name === undefined) {
      this.data = data;
      return;
    }
    const node = this.#subnodes.get(name) ?? this.grow({ tree: this.#tree, parent: this.self, name });
    node.#put(rest, data);
    this.#subnodes.set(name, node);
  }

  #read(data: unknown): Dense | undefined {
    const what = `the data of ${nodeAt(this.path)}`;
    const read = readPacketData(data, what);
    if (read === undefined) return undefined;
    this.#tree.separable(read.shape.length);
    const shape = this.#impliedShape();
    if (shape === undefined || shape.join() === read.shape.join()) return read;
    throw new WaveletError(
      `${what} must have shape [${shape.join(", ")}], which follows from the tree's signal; got [${read.shape.join(", ")}]`,
      "shape",
    );
  }

  /** The shape that data must have here: what the node was made with, or what follows from a node above. */
  #impliedShape(): readonly number[] | undefined {
    if (this.#shape !== undefined || this.#parent === undefined) return this.#shape;
    const above = this.#parent.#impliedShape();
    return above && bandShape(above, this.#tree.separable(above.length));
  }

  #rebuilt(): Dense | undefined {
    if (!this.hasAnySubnode) return this.#data;
    const bands: Record<string, Dense | undefined> = {};
    for (const node of this.#present()) bands[node.nodeName] = node.#rebuilt();
    const joined = joinBands(bands, this.#tree, nodeAt(this.path));
    return this.#shape === undefined ? joined : trimmed(joined, this.#shape);
  }

  /** By the first data found from the top down. */
  #deepestUseful(): number | undefined {
    let top = this.self;
    while (top.#parent !== undefined) top = top.#parent;
    for (const node of top) {
      const shape = node.#data?.shape;
      if (shape !== undefined) return node.level + deepestOver(shape, this.#tree.separable(shape.length));
    }
    return undefined;
  }
}
