import type { HubOptions } from "@waveft/transformers";

/** The files of a local folder or of a repository on the hub: what `loadDataset` reads from. */
export interface DatasetFiles {
  /** Names of all files, relative, with `/` between the parts. */
  list(): Promise<readonly string[]>;
  /** The local path of a file, fetched if it is not there yet. */
  path(name: string): Promise<string>;
}

/** How the hub is reached: revision, cache folder, token, end point, progress. */
export type HubAccess = Omit<HubOptions, "repoType">;

/** Opens a repository of the hub. */
export type ResolveRepo = (
  id: string,
  options: HubAccess & { readonly repoType: "dataset" },
) => Promise<DatasetFiles>;

/** The hub client of `@waveft/transformers`, loaded when it is first needed. */
export const resolveOnHub: ResolveRepo = async (id, options) => {
  const { resolveRepo } = await import("@waveft/transformers");
  return resolveRepo(id, options);
};
