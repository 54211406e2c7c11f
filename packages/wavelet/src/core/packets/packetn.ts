import type { NdArray } from "ndarray";
import { WaveletError } from "../../errors";
import { bandKeys } from "../dwtn";
import { axesOrAll } from "../dwtn-bands";
import type { FilterBanks } from "../filter-bank";
import type { Mode } from "../modes";
import type { Signal } from "../signal";
import { readPacketData } from "./data";
import { BasePacketNode, type DecomposeOption, type Seed } from "./node";
import { checkedTree } from "./tree";

export interface WaveletPacketNDOptions {
  /** How the signal goes on past its ends, for all axes or for each. @default "smooth" */
  readonly mode?: Mode | readonly Mode[];
  /** How deep the tree may grow. @default the deepest useful level, as `dwtnMaxLevel` */
  readonly maxlevel?: number | null | undefined;
  /** Which axes, in the order of the names' letters. Needed where data is null. @default all */
  readonly axes?: number | readonly number[] | null | undefined;
}

/** A node of a packet tree over k axes. Below it: 2ᵏ nodes named by k letters, as the bands of `dwtn`. */
export class PacketNodeND<S extends Signal> extends BasePacketNode<S, PacketNodeND<S>> {
  /** The nodes of a level, counted from the root. `decompose` (true by default) makes those that are missing. */
  getLevel(level: number, { decompose = true }: DecomposeOption = {}): PacketNodeND<S>[] {
    return this.nodesAt(level, decompose);
  }

  protected get self(): PacketNodeND<S> {
    return this;
  }

  protected grow(seed: Seed<PacketNodeND<S>>): PacketNodeND<S> {
    return new PacketNodeND(seed);
  }
}

export class PacketRootND<S extends Signal = NdArray<Float64Array>> extends PacketNodeND<S> {
  constructor(data: null, banks: FilterBanks, options?: WaveletPacketNDOptions);
  constructor(data: S | null, banks: FilterBanks, options?: WaveletPacketNDOptions);
  constructor(data: S | null, banks: FilterBanks, options: WaveletPacketNDOptions = {}) {
    const { mode = "smooth", maxlevel } = options;
    const x = readPacketData(data, "data");
    if (x === undefined && (options.axes === undefined || options.axes === null)) {
      throw new WaveletError("a tree without data needs axes, which say how many letters a name has", "axis");
    }
    const axes = axesOrAll(options.axes, x?.shape.length ?? 0);
    const bands = Object.fromEntries(bandKeys(axes.length).map((key) => [key, key]));
    super({ tree: checkedTree(bands, banks, { mode, maxlevel, axes }), data: x });
  }
}
