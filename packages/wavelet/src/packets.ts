import type { NdArray } from "ndarray";
import * as one from "./core/packets/packet";
import * as two from "./core/packets/packet2";
import * as many from "./core/packets/packetn";
import type { Signal } from "./core/signal";
import { resolve, resolveEach, type WaveletLike, type WaveletLikes } from "./wavelet";

/**
 * A wavelet packet tree along one axis, as `pywt.WaveletPacket`: the bands of `dwt`, split again and again. Nodes are
 * found by path (`get("aad")`) and made when first asked for; this is the root.
 *
 * @param data a vector, an `ndarray`, or nested arrays; null starts an empty tree, to be given nodes by `set`
 * @throws WaveletError for an unknown wavelet or mode, a wrong axis or maxlevel, and wrong data; by the nodes' methods
 *   for a path of other letters or too deep, a level out of range, and data of another shape than the tree implies
 */
export class WaveletPacket<S extends Signal = Float64Array> extends one.PacketRoot<S> {
  constructor(data: null, wavelet: WaveletLike, options?: one.WaveletPacketOptions);
  constructor(data: S | null, wavelet: WaveletLike, options?: one.WaveletPacketOptions);
  constructor(data: S | null, wavelet: WaveletLike, options?: one.WaveletPacketOptions) {
    super(data, resolve(wavelet), options);
  }
}

/**
 * A wavelet packet tree over two axes, as `pywt.WaveletPacket2D`: the bands of `dwt2` (`a`, `h`, `v`, `d`), split
 * again and again. The default mode is "smooth".
 *
 * @param data an `ndarray` of two or more dimensions (other axes are batches), nested arrays, or null
 * @param wavelet one, or `[down the rows, along the columns]`
 * @throws WaveletError as `WaveletPacket` does
 */
export class WaveletPacket2D<S extends Signal = NdArray<Float64Array>> extends two.PacketRoot2D<S> {
  constructor(data: null, wavelet: WaveletLikes, options?: two.WaveletPacket2DOptions);
  constructor(data: S | null, wavelet: WaveletLikes, options?: two.WaveletPacket2DOptions);
  constructor(data: S | null, wavelet: WaveletLikes, options?: two.WaveletPacket2DOptions) {
    super(data, resolveEach(wavelet), options);
  }
}

/**
 * A wavelet packet tree over any axes, as `pywt.WaveletPacketND`: the bands of `dwtn` (`aa`, `ad`, … by a letter per
 * axis), split again and again. The default mode is "smooth".
 *
 * @param data an `ndarray`, nested arrays, or null, which needs `axes`
 * @param wavelet one, or one for each of the axes
 * @throws WaveletError as `WaveletPacket` does
 */
export class WaveletPacketND<S extends Signal = NdArray<Float64Array>> extends many.PacketRootND<S> {
  constructor(data: null, wavelet: WaveletLikes, options?: many.WaveletPacketNDOptions);
  constructor(data: S | null, wavelet: WaveletLikes, options?: many.WaveletPacketNDOptions);
  constructor(data: S | null, wavelet: WaveletLikes, options?: many.WaveletPacketNDOptions) {
    super(data, resolveEach(wavelet), options);
  }
}
