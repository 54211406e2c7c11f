import { TransformersError } from "../errors";
import { environment, node } from "../io";

export interface HubOptions {
  /** Branch, tag or commit; default `"main"`. */
  readonly revision?: string;
  /** Cache folder; default as Python's: `HF_HUB_CACHE`, or `hub` in `HF_HOME` (`~/.cache/huggingface`). */
  readonly cacheDir?: string;
  /** Access token; default `HF_TOKEN` or the token file that `hf auth login` wrote. `false` sends none. */
  readonly token?: string | false;
  /** Default `HF_ENDPOINT` or `https://huggingface.co`. */
  readonly endpoint?: string;
  /** Ask no server; default `HF_HUB_OFFLINE`. */
  readonly localFilesOnly?: boolean;
  readonly repoType?: "model" | "dataset";
  readonly fetch?: typeof globalThis.fetch;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface DownloadProgress {
  readonly file: string;
  /** Bytes on disk so far. */
  readonly loaded: number;
  /** Bytes of the whole file, when the server says. */
  readonly total: number | undefined;
}

/** Options with every default filled in. */
export interface HubSettings {
  readonly revision: string;
  readonly cacheDir: string;
  readonly token: string | undefined;
  readonly endpoint: string;
  /** Why the server is not asked, for messages. */
  readonly offline: string | undefined;
  readonly repoType: "model" | "dataset";
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds without an answer, or a byte of it. */
  readonly timeout: number;
  readonly onProgress: ((progress: DownloadProgress) => void) | undefined;
}

/** Defaults from the environment variables that Python's huggingface_hub documents. Throws `TransformersError`. */
export function hubSettings(options: HubOptions): HubSettings {
  const { os, path } = node();
  const env = environment();
  const expand = (folder: string) => folder.replace(/^~(?=$|[/\\])/, () => os.homedir());
  const cacheHome = env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  const home = expand(env.HF_HOME || path.join(cacheHome, "huggingface"));
  const endpoint = (options.endpoint || env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new TransformersError(
      `the hub's address is ${JSON.stringify(endpoint)}, which is no http(s) address`,
    );
  }
  const cache = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || path.join(home, "hub");
  return {
    revision: options.revision ?? "main",
    cacheDir: expand(options.cacheDir ?? cache),
    token: options.token === false ? undefined : options.token || storedToken(home),
    endpoint,
    offline: offlineReason(options),
    repoType: options.repoType ?? "model",
    fetch: options.fetch ?? globalThis.fetch,
    timeout: 1000 * (Number(env.HF_HUB_DOWNLOAD_TIMEOUT) || 30),
    onProgress: options.onProgress,
  };
}

function offlineReason({ localFilesOnly }: HubOptions): string | undefined {
  if (localFilesOnly !== undefined) return localFilesOnly ? "localFilesOnly is set" : undefined;
  const env = environment();
  const set = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].find((name) =>
    ["1", "ON", "YES", "TRUE"].includes((env[name] ?? "").toUpperCase()),
  );
  return set && `${set} is set`;
}

function storedToken(home: string): string | undefined {
  const { fs, path } = node();
  const env = environment();
  const given = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN;
  if (given) return given.trim();
  try {
    return fs.readFileSync(env.HF_TOKEN_PATH || path.join(home, "token"), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
