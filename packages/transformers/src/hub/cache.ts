import { writeFileAtomic } from "@waveft/safetensors";
import { node } from "../io";
import { isCommit } from "./client";
import { withLock } from "./lock";

/**
 * One repository in Python's cache layout:
 * `models--org--name/{blobs/<etag>, snapshots/<commit>/<file> → ../../blobs/<etag>, refs/<revision>}`.
 */
export class RepoCache {
  readonly folder: string;
  readonly #locks: string;

  constructor(cacheDir: string, repoType: "model" | "dataset", id: string) {
    const { path } = node();
    const name = `${repoType}s--${id.replaceAll("/", "--")}`;
    this.folder = path.join(cacheDir, name);
    this.#locks = path.join(cacheDir, ".locks", name);
  }

  /** The commit that a revision pointed to when it was last resolved. */
  commitOf(revision: string): string | undefined {
    const { fs, path } = node();
    try {
      const commit = fs.readFileSync(path.join(this.folder, "refs", revision), "utf8").trim();
      if (isCommit(commit)) return commit;
    } catch {
      // No such ref: the revision may be a commit itself.
    }
    return isCommit(revision) && fs.existsSync(this.snapshot(revision)) ? revision : undefined;
  }

  async rememberCommit(revision: string, commit: string): Promise<void> {
    const { fs, path } = node();
    if (revision === commit || this.commitOf(revision) === commit) return;
    const ref = path.join(this.folder, "refs", revision);
    await fs.promises.mkdir(path.dirname(ref), { recursive: true });
    await writeFileAtomic(ref, [new TextEncoder().encode(commit)]);
  }

  snapshot(commit: string, file = "."): string {
    return node().path.join(this.folder, "snapshots", commit, file);
  }

  /** Path of a file that is there, whole. */
  find(commit: string, file: string): string | undefined {
    const path = this.snapshot(commit, file);
    // existsSync follows the link, so a link without its blob does not count.
    return node().fs.existsSync(path) ? path : undefined;
  }

  /** Relative names of the files of a snapshot. */
  list(commit: string): string[] {
    return listFiles(this.snapshot(commit));
  }

  blob(etag: string): string {
    return node().path.join(this.folder, "blobs", etag);
  }

  /** Places a blob into a snapshot: a relative link, or a copy where the file system knows no links. */
  async link(commit: string, file: string, etag: string): Promise<string> {
    const { fs, path } = node();
    const pointer = this.snapshot(commit, file);
    const folder = path.dirname(pointer);
    await fs.promises.mkdir(folder, { recursive: true });
    const aside = `${pointer}.${globalThis.process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
    try {
      await fs.promises.symlink(path.relative(folder, this.blob(etag)), aside);
    } catch {
      await fs.promises.copyFile(this.blob(etag), aside);
    }
    await fs.promises.rename(aside, pointer);
    return pointer;
  }

  /**
   * Runs `body` while nobody else of this package, here or in another process, downloads the same blob. (Python's
   * locks are flock's, which Node lacks.)
   */
  async locked<T>(etag: string, body: () => Promise<T>): Promise<T> {
    const { fs, path } = node();
    await fs.promises.mkdir(this.#locks, { recursive: true });
    return withLock(path.join(this.#locks, `${etag}.js.lock`), body);
  }
}

/** Relative names (forward slashes) of all files below a folder, sorted; none when it does not exist. */
export function listFiles(folder: string): string[] {
  const { fs, path } = node();
  if (!fs.existsSync(folder)) return [];
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile())
    .map((name) => name.split(path.sep).join("/"))
    .sort();
}
