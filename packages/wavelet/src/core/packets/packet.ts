import type { FilterBank } from "../filter-bank";
import type { Mode } from "../modes";
import type { Signal } from "../signal";
import { readPacketData } from "./data";
import { BasePacketNode, type DecomposeOption, type Seed } from "./node";
import { checkedOrder, frequencyRank, groupedByRank, type PacketOrder } from "./order";
import { checkedTree } from "./tree";

export interface WaveletPacketOptions {
  /** How the signal goes on past its ends. @default "symmetric" */
  readonly mode?: Mode;
  /** How deep the tree may grow. @default the deepest useful level, as `dwtMaxLevel` */
  readonly maxlevel?: number | null | undefined;
  /** Which axis; negative counts from the last. @default -1 */
  readonly axis?: number;
}

export interface LevelOptions extends DecomposeOption {
  /** From left to right in the tree, or from low to high frequencies. @default "natural" */
  readonly order?: PacketOrder;
}

/** A node of a packet tree along one axis. Below it: `a` (low-pass) and `d` (high-pass). */
export class PacketNode<S extends Signal> extends BasePacketNode<S, PacketNode<S>> {
  /** The nodes of a level, counted from the root. `decompose` (true by default) makes those that are missing. */
  getLevel(level: number, { order = "natural", decompose = true }: LevelOptions = {}): PacketNode<S>[] {
    const sorted = checkedOrder(order, ["natural", "freq"]) === "freq";
    const nodes = this.nodesAt(level, decompose);
    return sorted ? groupedByRank(nodes, ({ path }) => frequencyRank(path, "d")).flat() : nodes;
  }

  protected get self(): PacketNode<S> {
    return this;
  }

  protected grow(seed: Seed<PacketNode<S>>): PacketNode<S> {
    return new PacketNode(seed);
  }
}

export class PacketRoot<S extends Signal = Float64Array> extends PacketNode<S> {
  constructor(data: null, bank: FilterBank, options?: WaveletPacketOptions);
  constructor(data: S | null, bank: FilterBank, options?: WaveletPacketOptions);
  constructor(data: S | null, bank: FilterBank, options: WaveletPacketOptions = {}) {
    const { mode = "symmetric", maxlevel, axis = -1 } = options;
    const tree = checkedTree({ a: "a", d: "d" }, bank, { mode, maxlevel, axes: [axis] });
    super({ tree, data: readPacketData(data, "data") });
  }
}
