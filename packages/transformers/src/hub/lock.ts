import { takeLock } from "@waveft/safetensors";

/** Milliseconds between looks at a lock that somebody else has. */
const wait = 50;
/** Milliseconds without a sign of life of its owner until a lock may be taken over. */
const patience = 20_000;

/**
 * Runs `body` while nobody else holds the lock. A lock whose process is gone, or that was not renewed for 20 seconds, is
 * taken over.
 */
export const withLock = async <T>(lock: string, body: () => Promise<T>): Promise<T> => {
  let held = await takeLock(lock, patience);
  while (!held.isMine) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    held = await takeLock(lock, patience);
  }
  try {
    return await body();
  } finally {
    await held.release();
  }
};
