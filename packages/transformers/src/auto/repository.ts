import { type HubOptions, resolveRepo } from "../hub";
import type { FileSet } from "../io";

/** Where a model comes from: a folder, a hub id, or files that the caller opens (in a browser, for example). */
export type ModelSource = string | FileSet;

export interface SourceOptions extends Omit<HubOptions, "repoType"> {
  /** Hears of what is unusual but no error (default: the console). */
  readonly onWarning?: (message: string) => void;
}

/** The files of a model. Rejects with a `TransformersError` where there are none. */
export const filesOf = async (source: ModelSource, options: SourceOptions): Promise<FileSet> =>
  typeof source === "string" ? resolveRepo(source, options) : source;

export const warn = (message: string): void => console.warn(`transformers: ${message}`);
