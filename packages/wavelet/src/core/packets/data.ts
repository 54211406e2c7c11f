import type { NdArray } from "ndarray";
import {
  type Complex,
  type Dense,
  type NestedNumbers,
  readSignal,
  type Signal,
  type Transformed,
} from "../signal";

/** A node as one that another can take its data from, of whichever tree. */
export interface PacketSource<T> {
  readonly path: string;
  readonly isEmpty: boolean;
  readonly data: T | null;
}

/** What a node of a tree of form `S` can be given: data of that form or another node; null empties it. */
export type PacketData<S extends Signal> =
  | S
  | Transformed<S>
  | Plain<Transformed<S>>
  | PacketSource<Transformed<S>>
  | null;

/** The plain arrays that become a given form. */
type Plain<T> =
  T extends Complex<infer R>
    ? Complex<Plain<R>>
    : T extends NdArray<Float64Array>
      ? NestedNumbers
      : T extends Float64Array
        ? readonly number[]
        : never;

/** Undefined for null and for nodes that are empty. What a node has is shared, not copied. */
export function readPacketData(data: unknown, what: string): Dense | undefined {
  const given = isSource(data) ? data.data : data;
  return given === null ? undefined : readSignal(given, what);
}

function isSource(data: unknown): data is PacketSource<unknown> {
  return typeof data === "object" && data !== null && "isEmpty" in data && "path" in data && "data" in data;
}
