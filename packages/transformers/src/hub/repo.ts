import { fileSource } from "@waveft/safetensors";
import { TransformersError } from "../errors";
import { type FileSet, folderFiles, node, translated } from "../io";
import { listFiles, RepoCache } from "./cache";
import { HubClient, HubUnreachable, type RepoInfo } from "./client";
import { downloadBlob } from "./download";
import { type HubOptions, type HubSettings, hubSettings } from "./settings";

/** The files of a repository or folder. Those of a repository are downloaded when first needed. */
export interface RepoFiles extends FileSet {
  /** The commit that all files belong to; undefined for a folder. */
  readonly commit: string | undefined;
  has(file: string): Promise<boolean>;
  /** Names of all files, with forward slashes. Offline: of those in the cache. */
  list(): Promise<string[]>;
  /** Path of a local copy. Rejects with a `TransformersError` when there is no such file or it cannot be fetched. */
  path(file: string): Promise<string>;
}

/**
 * Finds a model or data set: an existing folder, or a repository of the Hugging Face hub through Python's own
 * cache (files that Python fetched are found, and the other way round). The revision is resolved to one commit
 * first, so that all files fit together. Without a network a cached snapshot is used.
 * Rejects with a `TransformersError`, one sentence, when nothing is found.
 */
export async function resolveRepo(idOrFolder: string, options: HubOptions = {}): Promise<RepoFiles> {
  const { fs } = node();
  if (fs.statSync(idOrFolder, { throwIfNoEntry: false })?.isDirectory()) return localFolder(idOrFolder);
  const settings = hubSettings(options);
  checkId(idOrFolder, settings);
  const cache = new RepoCache(settings.cacheDir, settings.repoType, idOrFolder);
  const client = new HubClient(idOrFolder, settings);
  if (settings.offline !== undefined) {
    return cachedRepo(idOrFolder, settings, cache, `the hub is not asked, since ${settings.offline}`);
  }
  let info: RepoInfo;
  try {
    info = await client.repoInfo();
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error;
    return cachedRepo(idOrFolder, settings, cache, error.message);
  }
  await writing(settings, () => cache.rememberCommit(settings.revision, info.commit));
  return remoteRepo(idOrFolder, settings, cache, client, info);
}

function checkId(id: string, { repoType, revision }: HubSettings): void {
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id) || /--|\.\.|(^|\/)\./.test(id) || id.length > 96) {
    throw new TransformersError(
      `there is no folder ${JSON.stringify(id)}, and it is no ${repoType} id either; an id is like "name" or "owner/name"`,
    );
  }
  if (!isInside(revision)) throw new TransformersError(`${JSON.stringify(revision)} is no revision`);
}

/** Whether a relative name stays inside its folder. */
const isInside = (file: string) => !/^[/\\]|^[A-Za-z]:|\\|(^|\/)\.{1,2}(\/|$)|^$|\0/.test(file);

function localFolder(folder: string): RepoFiles {
  const { fs, path } = node();
  return {
    ...folderFiles(folder),
    commit: undefined,
    has: async (file) => fs.existsSync(path.join(folder, file)),
    list: async () => listFiles(folder),
    async path(file) {
      const found = path.join(folder, file);
      if (!fs.existsSync(found)) throw new TransformersError(`${folder} has no file ${JSON.stringify(file)}`);
      return found;
    },
  };
}

function cachedRepo(id: string, settings: HubSettings, cache: RepoCache, why: string): RepoFiles {
  const commit = cache.commitOf(settings.revision);
  const where = `the cache at ${settings.cacheDir}`;
  if (commit === undefined) {
    throw new TransformersError(
      `${id} (${settings.revision}) is neither a folder nor in ${where}, and ${why}`,
    );
  }
  return opening({
    name: id,
    commit,
    has: async (file) => isInside(file) && cache.find(commit, file) !== undefined,
    list: async () => cache.list(commit),
    async path(file) {
      const found = isInside(file) ? cache.find(commit, file) : undefined;
      if (found === undefined) {
        throw new TransformersError(`${JSON.stringify(file)} of ${id} is not in ${where}, and ${why}`);
      }
      return found;
    },
  });
}

function remoteRepo(
  id: string,
  settings: HubSettings,
  cache: RepoCache,
  client: HubClient,
  { commit, files }: RepoInfo,
): RepoFiles {
  const lacks = (file: string) =>
    new TransformersError(`the ${settings.repoType} "${id}" has no file ${JSON.stringify(file)}`);
  return opening({
    name: id,
    commit,
    async has(file) {
      if (!isInside(file)) return false;
      if (cache.find(commit, file) !== undefined) return true;
      return files ? files.has(file) : (await client.fileInfo(file, commit)) !== undefined;
    },
    list: async () => (files ? [...files] : cache.list(commit)),
    async path(file) {
      if (!isInside(file)) throw lacks(file);
      const cached = cache.find(commit, file);
      if (cached !== undefined) return cached;
      const info = files && !files.has(file) ? undefined : await client.fileInfo(file, commit);
      if (info === undefined) throw lacks(file);
      return writing(settings, async () => {
        await downloadBlob({ client, cache, file, commit, info, onProgress: settings.onProgress });
        return cache.link(commit, file, info.etag);
      });
    },
  });
}

const opening = (files: Omit<RepoFiles, "open">): RepoFiles => ({
  ...files,
  open: (file) => translated(async () => fileSource(await files.path(file))),
});

/** Names the cache folder when the file system refuses. */
async function writing<T>(settings: HubSettings, body: () => Promise<T>): Promise<T> {
  try {
    return await translated(body);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new TransformersError(
      `the cache at ${settings.cacheDir} cannot be written (${error.message}); set HF_HOME or cacheDir to another folder`,
      { cause: error },
    );
  }
}
