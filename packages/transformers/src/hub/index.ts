export { type RepoFiles, resolveRepo } from "./repo";
export type { DownloadProgress, HubOptions } from "./settings";
