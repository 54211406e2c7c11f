import type { HostTensor, Tensor } from "./tensor";

/** Arguments and results of compiled functions: tensors in nested arrays and records. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The host side of a traced function's arguments and results: tensors become host tensors. */
export type Hosted<T> = T extends Tensor ? HostTensor : { [K in keyof T]: Hosted<T[K]> };

/** Leaves in order: array order, and the insertion order of records. */
export const flatten = <T>(tree: Tree<T>, isLeaf: (value: unknown) => value is T): T[] => {
  if (isLeaf(tree)) return [tree];
  return Object.values(tree as object).flatMap((branch: Tree<T>) => flatten(branch, isLeaf));
};

/** The same tree with its leaves replaced. */
export const mapTree = <T, U>(
  tree: Tree<T>,
  isLeaf: (value: unknown) => value is T,
  change: (leaf: T) => U,
): Tree<U> => {
  if (isLeaf(tree)) return change(tree);
  if (Array.isArray(tree)) return tree.map((branch: Tree<T>) => mapTree(branch, isLeaf, change));
  return Object.fromEntries(
    Object.entries(tree as object).map(([key, branch]: [string, Tree<T>]) => [
      key,
      mapTree(branch, isLeaf, change),
    ]),
  );
};

/** The layout of a tree and the types of its leaves, as a string. */
export const signatureOf = (tree: Tree<HostTensor>): string =>
  JSON.stringify(mapTree(tree, isHostTensor, ({ shape, dtype }) => `${dtype}[${shape.join()}]`));

export const isHostTensor = (value: unknown): value is HostTensor =>
  typeof value === "object" && value !== null && "data" in value && "shape" in value && "dtype" in value;
