import { isProcessRunning } from "@waveft/safetensors";
import { node } from "../io";

/** Milliseconds between looks at a lock that somebody else has. */
const wait = 50;
/** Milliseconds between signs of life of an owner, and without one until its lock may be taken over. */
const renewal = 4000;
const patience = 20_000;

/**
 * Runs `body` while nobody else holds the lock, a file with its owner's host, process and a token. A lock whose
 * process is gone, or that was not renewed for 20 seconds, is taken over.
 */
export const withLock = async <T>(lock: string, body: () => Promise<T>): Promise<T> => {
  const { crypto, fs, os } = node();
  const owner = `${os.hostname()} ${globalThis.process.pid} ${crypto.randomUUID()}`;
  while (!(await acquire(lock, owner))) await new Promise((resolve) => setTimeout(resolve, wait));
  const renew = setInterval(() => {
    const now = new Date();
    fs.promises.utimes(lock, now, now).catch(() => {});
  }, renewal);
  try {
    return await body();
  } finally {
    clearInterval(renew);
    if ((await ownerOf(lock)) === owner) await fs.promises.rm(lock, { force: true });
  }
};

const acquire = async (lock: string, owner: string): Promise<boolean> => {
  const { fs } = node();
  try {
    await fs.promises.writeFile(lock, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const found = await ownerOf(lock);
  if (found !== null && (await isAbandoned(lock, found))) await removeOf(lock, found);
  return false;
};

const ownerOf = (lock: string): Promise<string | null> =>
  node()
    .fs.promises.readFile(lock, "utf8")
    .catch(() => null);

const isAbandoned = async (lock: string, owner: string): Promise<boolean> => {
  const { fs, os } = node();
  const [host, pid] = owner.split(" ");
  if (host === os.hostname() && pid !== undefined && !isProcessRunning(Number(pid))) return true;
  const found = await fs.promises.stat(lock).catch(() => null);
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
    await fs.promises.rename(lock, aside);
    if ((await ownerOf(aside)) !== owner) await fs.promises.link(aside, lock);
  } catch {
    // Somebody else was faster.
  }
  await fs.promises.rm(aside, { force: true });
};
