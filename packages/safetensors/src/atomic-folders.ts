import { builtin } from "./builtin";

/**
 * Fills a folder under another name, then gives it its own: it is there whole or not at all. One that was there is moved
 * aside first, and removed when the new one stands; `sweepFolders` puts it back if the process ends in between.
 */
export async function writeFolderAtomic(
  folder: string,
  fill: (aside: string) => Promise<void>,
): Promise<void> {
  const { fs, dirname } = node("writeFolderAtomic");
  const [aside, old] = [temporary(folder, "tmp"), temporary(folder, "old")];
  try {
    await fs.rm(aside, { recursive: true, force: true });
    await fs.mkdir(aside, { recursive: true });
    await fill(aside);
    await flushFolder(aside);
    const isThere = await fs.stat(folder).catch(() => null);
    if (isThere !== null) await fs.rename(folder, old);
    await fs.rename(aside, folder);
    await flushFolder(dirname(folder));
  } catch (error) {
    await fs.rm(aside, { recursive: true, force: true });
    throw error;
  }
  await fs.rm(old, { recursive: true, force: true });
}

const temporary = (folder: string, kind: "tmp" | "old"): string =>
  `${folder}.${kind}-${globalThis.process.pid}`;

/**
 * Removes what processes that ended within `writeFolderAtomic` left in this parent folder, and puts back what they had
 * moved aside. What running processes write stays.
 */
export async function sweepFolders(parent: string): Promise<void> {
  const { fs, join } = node("sweepFolders");
  for (const name of await fs.readdir(parent)) {
    const [, own, kind, pid] = /^(.+)\.(tmp|old)-(\d+)$/.exec(name) ?? [];
    if (own === undefined || isProcessRunning(Number(pid))) continue;
    const [left, folder] = [join(parent, name), join(parent, own)];
    const isThere = await fs.stat(folder).catch(() => null);
    if (kind === "old" && isThere === null) await fs.rename(left, folder);
    else await fs.rm(left, { recursive: true, force: true });
  }
}

/** Whether a process of this machine runs, be it another user's: what a lock or a file aside names as its owner. */
export function isProcessRunning(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The new names themselves must survive a power cut; not every file system lets a folder be flushed. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await node("flushFolder")
    .fs.open(path, "r")
    .catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

const node = (who: string) => {
  const { dirname, join } = builtin((get) => get("node:path"), who);
  return { fs: builtin((get) => get("node:fs"), who).promises, dirname, join };
};
