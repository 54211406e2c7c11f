import type { NdArray } from "ndarray";
import { shown, WaveletError } from "../../errors";
import type { FilterBanks } from "../filter-bank";
import type { Mode } from "../modes";
import type { Signal } from "../signal";
import { readPacketData } from "./data";
import { BasePacketNode, type Seed } from "./node";
import { checkedOrder, frequencyRank, groupedByRank, type PacketOrder } from "./order";
import type { LevelOptions } from "./packet";
import { namesIn, type PacketPath } from "./paths";
import { checkedTree } from "./tree";

export interface WaveletPacket2DOptions {
  /** How the signal goes on past its ends, for both axes or for each. @default "smooth" */
  readonly mode?: Mode | readonly [Mode, Mode];
  /** How deep the tree may grow. @default the deepest useful level, as `dwtnMaxLevel` */
  readonly maxlevel?: number | null | undefined;
  /** Which two axes: down the rows, along the columns. @default [-2, -1] */
  readonly axes?: readonly [number, number];
}

/** As `dwt2` has its bands: cA, cH (high down the rows), cV (high along the columns), cD. */
const bands = { a: "aa", h: "da", v: "ad", d: "dd" } as const;

/** A node of a packet tree over two axes. Below it: `a`, `h`, `v` and `d`, as the bands of `dwt2`. */
export class PacketNode2D<S extends Signal> extends BasePacketNode<S, PacketNode2D<S>> {
  /**
   * The nodes of a level, counted from the root; by frequency in rows, from low to high down the rows of the data,
   * each from low to high along its columns. `decompose` (true by default) makes those that are missing.
   */
  getLevel(level: number, options?: LevelOptions & { readonly order?: "natural" }): PacketNode2D<S>[];
  getLevel(level: number, options: LevelOptions & { readonly order: "freq" }): PacketNode2D<S>[][];
  getLevel(level: number, options: LevelOptions): PacketNode2D<S>[] | PacketNode2D<S>[][];
  getLevel(level: number, { order = "natural", decompose = true }: LevelOptions = {}) {
    const sorted = checkedOrder<PacketOrder>(order, ["natural", "freq"]) === "freq";
    const nodes = this.nodesAt(level, decompose);
    if (!sorted) return nodes;
    const rank = (along: 0 | 1) => (node: PacketNode2D<S>) =>
      frequencyRank(this.expand2dPath(node.path)[along], "h");
    return groupedByRank(nodes, rank(0)).map((row) => groupedByRank(row, rank(1)).flat());
  }

  /** A path as one down the rows and one along the columns, `l` low-pass and `h` high-pass: "h" is ["h", "l"]. */
  expand2dPath(path: PacketPath): [rows: string, columns: string] {
    const letters = namesIn(path, Object.keys(bands)).map((name) => bands[name as keyof typeof bands]);
    const along = (axis: 0 | 1) => letters.map((band) => (band[axis] === "d" ? "h" : "l")).join("");
    return [along(0), along(1)];
  }

  protected get self(): PacketNode2D<S> {
    return this;
  }

  protected grow(seed: Seed<PacketNode2D<S>>): PacketNode2D<S> {
    return new PacketNode2D(seed);
  }
}

export class PacketRoot2D<S extends Signal = NdArray<Float64Array>> extends PacketNode2D<S> {
  constructor(data: null, banks: FilterBanks, options?: WaveletPacket2DOptions);
  constructor(data: S | null, banks: FilterBanks, options?: WaveletPacket2DOptions);
  constructor(data: S | null, banks: FilterBanks, options: WaveletPacket2DOptions = {}) {
    const { mode = "smooth", maxlevel, axes = [-2, -1] } = options;
    if (!Array.isArray(axes) || axes.length !== 2) {
      throw new WaveletError(`axes must be two integers such as [-2, -1], got ${shown(axes)}`, "axis");
    }
    const tree = checkedTree(bands, banks, { mode, maxlevel, axes });
    super({ tree, data: readPacketData(data, "data") });
  }
}
