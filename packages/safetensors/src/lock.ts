import { isProcessRunning } from "./atomic-folders";
import { builtin } from "./builtin";

/** Milliseconds between signs of life of an owner. */
const renewal = 4000;

/** A lock that is held, or who holds it. */
export type Lock =
  | { readonly isMine: true; release(): Promise<void> }
  | { readonly isMine: false; readonly host: string; readonly pid: number };

/**
 * Takes a lock, a file with its owner's host, process and a token, if nobody has it. One whose process is gone, or that
 * showed no sign of life for `patience` milliseconds, is taken over, by one of those who want it.
 *
 * @throws what the file system says where the file cannot be made
 */
export async function takeLock(lock: string, patience: number): Promise<Lock> {
  const { crypto, os } = node();
  const me = `${os.hostname()} ${globalThis.process.pid} ${crypto.randomUUID()}`;
  for (let attempt = 0; ; attempt++) {
    if (await make(lock, me)) return mine(lock, me);
    const owner = await ownerOf(lock);
    if (attempt < 3 && (owner === null || (await isAbandoned(lock, owner, patience)))) {
      if (owner !== null) await removeOf(lock, owner);
      continue;
    }
    const [host = "", pid] = (owner ?? "").split(" ");
    return { isMine: false, host, pid: Number(pid) };
  }
}

const node = () => ({
  crypto: builtin((get) => get("node:crypto"), "takeLock"),
  fs: builtin((get) => get("node:fs"), "takeLock").promises,
  os: builtin((get) => get("node:os"), "takeLock"),
});

const mine = (lock: string, me: string): Lock => {
  const { fs } = node();
  const renew = setInterval(() => {
    const now = new Date();
    fs.utimes(lock, now, now).catch(() => {});
  }, renewal);
  renew.unref();
  return {
    isMine: true,
    release: async () => {
      clearInterval(renew);
      if ((await ownerOf(lock)) === me) await fs.rm(lock, { force: true });
    },
  };
};

const make = async (lock: string, owner: string): Promise<boolean> => {
  try {
    await node().fs.writeFile(lock, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
};

const ownerOf = (lock: string): Promise<string | null> =>
  node()
    .fs.readFile(lock, "utf8")
    .catch(() => null);

const isAbandoned = async (lock: string, owner: string, patience: number): Promise<boolean> => {
  const { fs, os } = node();
  const [host, pid] = owner.split(" ");
  if (host === os.hostname() && pid !== undefined && !isProcessRunning(Number(pid))) return true;
  const found = await fs.stat(lock).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > patience;
};

/**
 * Removes the lock of one owner, no other: between the look at it and the removal somebody may have taken it over. So
 * it is moved aside, which only one can do, looked at again, and put back where it is another's.
 */
const removeOf = async (lock: string, owner: string): Promise<void> => {
  const { crypto, fs } = node();
  const aside = `${lock}.${crypto.randomUUID()}`;
  try {
    await fs.rename(lock, aside);
    if ((await ownerOf(aside)) !== owner) await fs.link(aside, lock);
  } catch {
    // Somebody else was faster.
  }
  await fs.rm(aside, { force: true });
};
