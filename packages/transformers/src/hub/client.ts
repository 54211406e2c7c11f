import { TransformersError } from "../errors";
import { node } from "../io";
import { BrokenOff, jsonOf, within } from "./body";
import type { HubSettings } from "./settings";

/** A network failure, as opposed to an answer; the cache may help out. */
export class HubUnreachable extends TransformersError {}

export interface RepoInfo {
  readonly commit: string;
  /** Absent where the server has no API and files can only be asked for one by one. */
  readonly files: ReadonlySet<string> | undefined;
}

export interface FileInfo {
  /** Name of the blob in the cache. */
  readonly etag: string;
  readonly commit: string | undefined;
  readonly size: number | undefined;
  /** Given for files in large-file storage. */
  readonly sha256: string | undefined;
}

const attempts = 4;
/** A list of a million files takes less. */
const mostOfAnswer = 2 ** 28;
/** Milliseconds that a busy server may ask for. */
const longestWait = 60_000;

/** The hub's HTTP interface for one repository. */
export class HubClient {
  constructor(
    private readonly id: string,
    private readonly settings: HubSettings,
  ) {}

  /** Milliseconds without an answer, or a byte of it, before a connection counts as broken. */
  get timeout(): number {
    return this.settings.timeout;
  }

  /** Resolves the revision to a commit and lists the repository's files. */
  async repoInfo(): Promise<RepoInfo> {
    const { endpoint, repoType, revision } = this.settings;
    const base = `${endpoint}/api/${repoType}s/${this.id}`;
    const url = `${base}/revision/${encodeURIComponent(revision)}`;
    const response = await this.request(url, {});
    if (response.ok) return this.readInfo(response, url);
    await response.body?.cancel();
    // A hub says what is missing; a plain mirror may know the default revision only, or no API at all.
    if (response.status === 404 && !response.headers.has("x-error-code")) {
      const whole = revision === "main" ? await this.request(base, {}) : undefined;
      if (whole?.ok) return this.readInfo(whole, base);
      await whole?.body?.cancel();
      const commit = (await this.fileInfo("config.json", revision).catch(() => undefined))?.commit;
      if (commit !== undefined) return { commit, files: undefined };
    }
    throw this.refusal(response);
  }

  /** What the server knows of a file, without its bytes; undefined when there is no such file. */
  async fileInfo(file: string, revision: string): Promise<FileInfo | undefined> {
    const response = await this.request(this.fileUrl(file, revision), { method: "HEAD" }, "same-host");
    if (response.status === 404) return undefined;
    const redirected = response.status >= 300 && response.status < 400;
    const noHead = response.status === 405 || response.status === 501;
    // A redirect leads to the storage of large files; the answer has the facts already.
    if (!response.ok && !redirected && !noHead) throw this.refusal(response, file);
    const headers = noHead ? new Headers() : response.headers;
    const clean = (tag: string | null) => tag?.replace(/^W\//, "").replaceAll('"', "") || undefined;
    const linked = clean(headers.get("x-linked-etag"));
    const etag = linked ?? clean(headers.get("etag")) ?? `${revision} ${file}`;
    const size = headers.get("x-linked-size") ?? (response.ok ? headers.get("content-length") : null);
    const commit = headers.get("x-repo-commit");
    return {
      // The tag becomes a file name, so it must look like one.
      etag: /^[\w-]{1,128}$/.test(etag)
        ? etag
        : node().crypto.createHash("sha256").update(etag).digest("hex"),
      commit: isCommit(commit) ? commit : undefined,
      size: size !== null && /^\d+$/.test(size) ? Number(size) : undefined,
      sha256: linked !== undefined && /^[0-9a-f]{64}$/.test(linked) ? linked : undefined,
    };
  }

  /** The file's bytes from `start` on. The answer is 206, 200 when the server starts over, or 416. */
  async download(file: string, revision: string, start: number): Promise<Response> {
    const headers: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {};
    const response = await this.request(this.fileUrl(file, revision), { headers });
    if (!response.ok && response.status !== 416) {
      await response.body?.cancel();
      throw this.refusal(response, file);
    }
    return response;
  }

  private async readInfo(response: Response, url: string): Promise<RepoInfo> {
    const json = await jsonOf(response, { timeout: this.settings.timeout, most: mostOfAnswer });
    const { sha, siblings } = (json ?? {}) as { sha?: unknown; siblings?: unknown };
    if (!isCommit(sha)) {
      throw new TransformersError(`${url} did not answer as a hub does: it names no commit`);
    }
    if (!Array.isArray(siblings)) return { commit: sha, files: undefined };
    const names = siblings.map((sibling: { rfilename?: unknown } | null) => sibling?.rfilename);
    return { commit: sha, files: new Set(names.filter((name) => typeof name === "string")) };
  }

  private fileUrl(file: string, revision: string): string {
    const { endpoint, repoType } = this.settings;
    const prefix = repoType === "dataset" ? "datasets/" : "";
    const path = file.split("/").map(encodeURIComponent).join("/");
    return `${endpoint}/${prefix}${this.id}/resolve/${encodeURIComponent(revision)}/${path}`;
  }

  /**
   * Follows redirects by hand, so that the token goes to the hub's own host only. With `"same-host"` a redirect
   * elsewhere is returned as it is. Busy servers and broken connections are tried again.
   */
  private async request(
    start: string,
    init: { method?: string; headers?: Record<string, string> },
    follow: "same-host" | "all" = "all",
  ): Promise<Response> {
    const { token, fetch, endpoint } = this.settings;
    const home = new URL(endpoint).origin;
    let url = start;
    for (let hop = 0; hop < 10; hop++) {
      const headers: Record<string, string> = {
        ...init.headers,
        "accept-encoding": "identity",
        "user-agent": "waveft-transformers",
      };
      if (token !== undefined && new URL(url).origin === home) headers.authorization = `Bearer ${token}`;
      const response = await this.retried(url, () => {
        const control = new AbortController();
        const answer = fetch(url, { ...init, headers, redirect: "manual", signal: control.signal });
        return within(this.settings.timeout, answer).catch((error: unknown) => {
          control.abort();
          throw error;
        });
      });
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      if (!URL.canParse(location, url)) {
        await response.body?.cancel();
        throw new TransformersError(
          `${new URL(url).origin} redirects to ${JSON.stringify(location.slice(0, 100))}, which is no address`,
        );
      }
      const next = new URL(location, url);
      if (next.protocol !== "https:" && next.protocol !== "http:") return response;
      // An answer that has the large file's facts already is the one to read.
      const facts = response.headers.has("x-linked-etag") || next.origin !== home;
      if (follow === "same-host" && facts) return response;
      await response.body?.cancel();
      url = next.href;
    }
    throw new TransformersError(`${start} redirects without end`);
  }

  private async retried(url: string, send: () => Promise<Response>): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      let wait = 200 * 3 ** (attempt - 1);
      try {
        const response = await send();
        const busy = response.status === 429 || response.status >= 500;
        const asked = waitAskedBy(response);
        if (!busy || attempt === attempts || asked > longestWait) return response;
        wait = Math.max(wait, asked);
        await response.body?.cancel();
      } catch (error) {
        const { origin } = new URL(url);
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        const code = String((cause as { code?: unknown }).code);
        const absent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"].includes(
          code,
        );
        const late = error instanceof BrokenOff;
        // Nobody is there: asking again soon is of no use.
        if (absent || late || attempt === attempts) {
          const why = (cause as { message?: string }).message || String((cause as { code?: unknown }).code);
          throw new HubUnreachable(`the hub at ${origin} could not be reached (${why})`);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** The sentence for an answer that is an error. */
  private refusal(response: Response, file?: string): TransformersError {
    const { token, revision, endpoint, repoType } = this.settings;
    const code = response.headers.get("x-error-code") ?? "";
    const what = `the ${repoType} "${this.id}"`;
    const { status } = response;
    if (code === "GatedRepo" || (status === 403 && code === "")) {
      const page = `${endpoint}/${repoType === "dataset" ? "datasets/" : ""}${this.id}`;
      return new TransformersError(
        `access to ${what} is restricted; ask for it at ${page}${token ? " (the token sent has none)" : " and set HF_TOKEN"}`,
      );
    }
    if (code === "RevisionNotFound") {
      return new TransformersError(`${what} has no revision "${revision}" at ${endpoint}`);
    }
    if (file !== undefined && status === 404) {
      return new TransformersError(`${what} has no file "${file}" at ${endpoint}`);
    }
    if (status === 401 || status === 404) {
      const remedy = token ? "the token sent gives no access to it" : "or set HF_TOKEN if it is private";
      return new TransformersError(
        `${what} was not found at ${endpoint} and there is no folder of that name; check the id (${remedy})`,
      );
    }
    if (status === 429) {
      const seconds = Math.ceil(waitAskedBy(response) / 1000);
      return new TransformersError(
        `the hub at ${endpoint} is asked too often (429)${seconds > 0 ? `; it wants a pause of ${seconds} s` : ""}; try again later, or with a token`,
      );
    }
    return new TransformersError(
      `the hub at ${endpoint} answered ${status} ${response.statusText} for ${what}${file ? ` (${file})` : ""}`,
    );
  }
}

/** Commits become folder names; the hub's are 40 hexadecimal digits, a mirror's may be any plain word. */
export const isCommit = (commit: unknown): commit is string =>
  typeof commit === "string" && /^\w[\w.-]{0,63}$/.test(commit);

/** Milliseconds that an answer's `Retry-After` asks for: seconds or a date; 0 where there is none. */
const waitAskedBy = ({ headers }: Response): number => {
  const asked = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(asked)) return Number(asked) * 1000;
  const date = Date.parse(asked);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
};
