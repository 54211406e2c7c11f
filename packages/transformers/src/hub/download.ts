import type { FileHandle } from "node:fs/promises";
import { TransformersError } from "../errors";
import { node } from "../io";
import { BrokenOff, piecesOf, TooLong } from "./body";
import type { RepoCache } from "./cache";
import { type FileInfo, type HubClient, HubUnreachable } from "./client";
import type { DownloadProgress } from "./settings";

/** Broken connections in a row without a new byte, before giving up. */
const maxStalls = 4;

/** Bytes of a file whose size the server does not say: as much as the hub takes of one. */
const mostUnannounced = 50e9;

interface Download {
  readonly client: HubClient;
  readonly cache: RepoCache;
  readonly file: string;
  readonly commit: string;
  readonly info: FileInfo;
  readonly onProgress: ((progress: DownloadProgress) => void) | undefined;
}

/** Brings a file's blob into the cache, whole and checked: continues an `.incomplete` one, renames at the end. */
export async function downloadBlob(download: Download): Promise<void> {
  const { fs, path } = node();
  const { cache, info, file } = download;
  const blob = cache.blob(info.etag);
  if (fs.existsSync(blob)) return;
  await cache.locked(info.etag, async () => {
    // Another process may have brought it while we waited.
    if (fs.existsSync(blob)) return;
    await fs.promises.mkdir(path.dirname(blob), { recursive: true });
    const incomplete = `${blob}.incomplete`;
    const resumed = (fs.statSync(incomplete, { throwIfNoEntry: false })?.size ?? 0) > 0;
    let problem = await fetchAndCheck(download, incomplete);
    // The part that was there may be at fault: once more from the start.
    if (problem !== undefined && resumed) problem = await fetchAndCheck(download, incomplete);
    if (problem !== undefined) throw new TransformersError(`${file} was not received whole: ${problem}`);
    await fs.promises.rename(incomplete, blob);
  });
}

/** Returns what is wrong with the file received, which is then removed. */
async function fetchAndCheck(download: Download, incomplete: string): Promise<string | undefined> {
  const { size, sha256 } = download.info;
  const { fs } = node();
  try {
    await fetchBytes(download, incomplete);
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    await fs.promises.rm(incomplete, { force: true });
    return size === undefined
      ? "it does not end"
      : `the server sent more than the ${size} bytes it announced`;
  }
  const received = (await fs.promises.stat(incomplete)).size;
  let problem: string | undefined;
  if (size !== undefined && received !== size) problem = `it has ${received} bytes instead of ${size}`;
  else if (sha256 !== undefined && (await sha256Of(incomplete)) !== sha256) problem = "its SHA-256 differs";
  if (problem !== undefined) await fs.promises.rm(incomplete, { force: true });
  return problem;
}

async function fetchBytes(download: Download, incomplete: string): Promise<void> {
  const { info, file } = download;
  const handle = await node().fs.promises.open(incomplete, "a");
  try {
    let loaded = (await handle.stat()).size;
    let best = loaded;
    for (let stalls = 0; ; ) {
      if (loaded > 0 && loaded === info.size) break;
      const ended = await fetchPart(download, handle, loaded);
      loaded = (await handle.stat()).size;
      if (ended && (info.size === undefined || loaded >= info.size)) break;
      stalls = loaded > best ? 0 : stalls + 1;
      best = Math.max(best, loaded);
      if (stalls > maxStalls) {
        throw new HubUnreachable(`${file} cannot be fetched: the connection broke again and again`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** stalls));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Appends what the server sends from byte `start` on; whether the answer came to its end. */
async function fetchPart(download: Download, handle: FileHandle, start: number): Promise<boolean> {
  const { client, file, commit, info, onProgress } = download;
  const response = await client.download(file, commit, start);
  const range = response.headers.get("content-range") ?? "";
  const continues = response.status === 206 && range.startsWith(`bytes ${start}-`);
  let loaded = start;
  if (!continues) {
    await handle.truncate(0);
    loaded = 0;
  }
  if (response.status !== 200 && !continues) {
    await response.body?.cancel();
    return false;
  }
  const most = (info.size ?? mostUnannounced) - loaded;
  try {
    for await (const piece of piecesOf(response, { timeout: client.timeout, most })) {
      await handle.appendFile(piece);
      loaded += piece.byteLength;
      onProgress?.({ file, loaded, total: info.size });
    }
    return true;
  } catch (error) {
    if (error instanceof BrokenOff) return false;
    throw error;
  }
}

async function sha256Of(path: string): Promise<string> {
  const { crypto, fs } = node();
  const hash = crypto.createHash("sha256");
  for await (const chunk of fs.createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
