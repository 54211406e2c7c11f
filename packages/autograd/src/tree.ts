import type { Assignment } from "./assign";
import { AutogradError } from "./errors";
import type { HostTensor } from "./host-tensor";
import { type NdArrayLike, toHost } from "./ndarray";
import type { Tensor } from "./tensor";

/** Arguments and results of compiled functions: tensors in nested arrays and records. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The host side of a traced function's arguments and results: tensors become host tensors, assignments null. */
export type Hosted<T> = T extends Tensor
  ? HostTensor
  : T extends Assignment
    ? null
    : { [K in keyof T]: Hosted<T[K]> };

/** What a compiled function takes for its graph tensors: host tensors, or ndarrays of any strides. */
export type Fed<T> = T extends Tensor ? HostTensor | NdArrayLike : { [K in keyof T]: Fed<T[K]> };

/** What tells the leaves of a tree, and what to say of anything else that is no array or record. */
export interface Leaf<T> {
  is(value: unknown): value is T;
  readonly wanted: string;
}

/** Leaves in order: array order, and the insertion order of records. */
export const flatten = <T>(tree: Tree<T>, leaf: Leaf<T>): T[] => {
  if (leaf.is(tree)) return [tree];
  return Object.values(branchesOf(tree, leaf)).flatMap((branch) => flatten(branch, leaf));
};

/** The same tree with its leaves replaced. */
export const mapTree = <T, U>(tree: Tree<T>, leaf: Leaf<T>, change: (leaf: T) => U): Tree<U> => {
  if (leaf.is(tree)) return change(tree);
  const branches = branchesOf(tree, leaf);
  if (Array.isArray(branches)) return branches.map((branch: Tree<T>) => mapTree(branch, leaf, change));
  return Object.fromEntries(
    Object.entries(branches).map(([key, branch]) => [key, mapTree(branch, leaf, change)]),
  );
};

const branchesOf = <T>(tree: Tree<T>, { wanted }: Leaf<T>): Readonly<Record<string, Tree<T>>> => {
  const prototype: unknown =
    typeof tree === "object" && tree !== null ? Object.getPrototypeOf(tree) : undefined;
  if (Array.isArray(tree) || prototype === Object.prototype || prototype === null)
    return tree as Readonly<Record<string, Tree<T>>>;
  const name = prototype === undefined ? String(tree) : (tree as object).constructor.name;
  throw new AutogradError(`compile: met ${name}; ${wanted}, in arrays and records`);
};

/** The layout of a tree and the types of its leaves, as a string. */
export const signatureOf = (tree: Tree<HostTensor>): string =>
  JSON.stringify(mapTree(tree, hostLeaf, ({ shape, dtype }) => `${dtype}[${shape.join()}]`));

const isFed = (value: unknown): value is HostTensor | NdArrayLike =>
  typeof value === "object" && value !== null && "data" in value && "shape" in value;

const fedLeaf: Leaf<HostTensor | NdArrayLike> = {
  is: isFed,
  wanted: "a compiled function takes host tensors (see hostTensor) and ndarrays",
};

/** Leaves of a compiled function's arguments, once ndarrays are host tensors. */
export const hostLeaf = fedLeaf as Leaf<HostTensor>;

/** A compiled function's arguments with their ndarrays as host tensors. */
export const hostTree = (tree: Tree<HostTensor | NdArrayLike>): Tree<HostTensor> =>
  mapTree(tree, fedLeaf, toHost);
