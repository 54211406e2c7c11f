import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type HubFiles = Readonly<Record<string, string | Uint8Array>>;

export interface HubRepo {
  readonly files: HubFiles;
  readonly type?: "model" | "dataset";
  /** Needs this token. */
  readonly token?: string;
  /** Answers 403 as for a gated repository. */
  readonly gated?: boolean;
}

export interface HubServerOptions {
  /** Files kept in large-file storage on another host (port): default by extension, as on the hub. */
  readonly isLarge?: (file: string) => boolean;
}

export interface SeenRequest {
  readonly host: "hub" | "cdn";
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface HubServer {
  /** For `HF_ENDPOINT` or the `endpoint` option. */
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Commit of a repository's present content. */
  commit(id: string): string;
  /** Replaces a repository's content: a new commit. */
  update(id: string, repo: HubRepo): void;
  /** Answers to the next downloads of `file` break off after so many bytes, one entry per answer. */
  breakOff(file: string, ...afterBytes: number[]): void;
  /** Damages the next download of `file`: one bit differs. */
  damage(file: string): void;
  close(): Promise<void>;
}

const bytesOf = (content: string | Uint8Array) => Buffer.from(content as Uint8Array);
const hash = (algorithm: string, ...parts: (string | Uint8Array)[]) => {
  const state = createHash(algorithm);
  for (const part of parts) state.update(part);
  return state.digest("hex");
};

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * A server that acts as the Hugging Face hub for the given repositories (id → files): the API that lists a
 * revision (all at once or as a tree), `resolve` with its headers, and large files redirected to another host as on the hub's CDN.
 */
export async function startHubServer(
  initial: Readonly<Record<string, HubRepo | HubFiles>>,
  options: HubServerOptions = {},
): Promise<HubServer> {
  const isLarge = options.isLarge ?? ((file) => /\.(bin|safetensors|parquet|onnx|pt)$/.test(file));
  const isRepo = (repo: HubRepo | HubFiles): repo is HubRepo =>
    typeof repo.files === "object" && !(repo.files instanceof Uint8Array);
  const repos = new Map<string, HubRepo>(
    Object.entries(initial).map(([id, repo]) => [id, isRepo(repo) ? repo : { files: repo }]),
  );
  const requests: SeenRequest[] = [];
  const breaks = new Map<string, number[]>();
  const damaged = new Set<string>();
  const commitOf = (id: string) => {
    const parts = Object.entries(repos.get(id)!.files).flatMap(([name, content]) => [name, bytesOf(content)]);
    return hash("sha1", id, ...parts);
  };

  const note = (host: "hub" | "cdn", { method = "", url = "", headers }: IncomingMessage) =>
    requests.push({ host, method, path: url, authorization: headers.authorization, range: headers.range });

  const sendFile = (request: IncomingMessage, response: ServerResponse, file: string, whole: Buffer) => {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start > 0 && start >= whole.length) {
      response.writeHead(416, { "content-range": `bytes */${whole.length}` }).end();
      return;
    }
    let bytes = whole.subarray(start);
    if (request.headers.range !== undefined) {
      response.statusCode = 206;
      response.setHeader("content-range", `bytes ${start}-${whole.length - 1}/${whole.length}`);
    }
    response.setHeader("content-length", bytes.length);
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    if (damaged.delete(file)) {
      bytes = Buffer.from(bytes);
      bytes[bytes.length >> 1]! ^= 1;
    }
    const limit = breaks.get(file)?.shift();
    if (limit === undefined || limit >= bytes.length) response.end(bytes);
    else response.write(bytes.subarray(0, limit), () => setTimeout(() => response.destroy(), 20));
  };

  const cdn = createServer((request, response) => {
    note("cdn", request);
    const { pathname } = new URL(request.url ?? "", "http://cdn");
    const [id, file] = pathname.slice(1).split("/").map(decodeURIComponent) as [string, string];
    const content = repos.get(id)?.files[file];
    // As signed addresses do: a second authorization is refused.
    if (content === undefined || request.headers.authorization !== undefined) response.writeHead(400).end();
    else sendFile(request, response, file, bytesOf(content));
  });
  const cdnUrl = await listen(cdn);

  const refuse = (response: ServerResponse, status: number, code: string) =>
    response.writeHead(status, { "x-error-code": code }).end(JSON.stringify({ error: code }));

  const allowed = (
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
    id: string,
    revision: string,
  ) => {
    const repo = repos.get(id);
    const missing = !repo || (repo.type ?? "model") !== type;
    // The hub does not tell strangers whether a repository is private or missing.
    if (missing || (repo.token && request.headers.authorization !== `Bearer ${repo.token}`)) {
      refuse(response, 401, "RepoNotFound");
    } else if (repo.gated) refuse(response, 403, "GatedRepo");
    else if (revision !== "main" && revision !== commitOf(id)) refuse(response, 404, "RevisionNotFound");
    else return repo;
    return undefined;
  };

  const hub = createServer((request, response) => {
    note("hub", request);
    const { pathname } = new URL(request.url ?? "", "http://hub");
    const tree = /^\/api\/(model|dataset)s\/(.+?)\/tree\/([^/]+)$/.exec(pathname);
    if (tree) {
      const [, type, id, revision] = tree as unknown as [string, string, string, string];
      const repo = allowed(request, response, type, id, decodeURIComponent(revision));
      if (!repo) return;
      const entries = Object.entries(repo.files).map(([path, content]) => {
        const bytes = bytesOf(content);
        const lfs = isLarge(path)
          ? { lfs: { oid: hash("sha256", bytes), size: bytes.length, pointerSize: 130 } }
          : {};
        return {
          type: "file",
          path,
          size: bytes.length,
          oid: hash("sha1", `blob ${bytes.length}\0`, bytes),
          ...lfs,
        };
      });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(entries));
      return;
    }
    const api = /^\/api\/(model|dataset)s\/(.+?)(?:\/revision\/([^/]+))?$/.exec(pathname);
    if (api) {
      const [, type, id, revision = "main"] = api as unknown as [string, string, string, string | undefined];
      const repo = allowed(request, response, type, id, decodeURIComponent(revision));
      if (!repo) return;
      const siblings = Object.keys(repo.files).map((rfilename) => ({ rfilename }));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id, sha: commitOf(id), private: Boolean(repo.token), siblings }));
      return;
    }
    const resolved = /^\/(datasets\/)?(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
    if (!resolved) {
      response.writeHead(404).end();
      return;
    }
    const [, dataset, id, revision, path] = resolved as unknown as [
      string,
      string | undefined,
      string,
      string,
      string,
    ];
    const type = dataset ? "dataset" : "model";
    const repo = allowed(request, response, type, id, decodeURIComponent(revision));
    if (!repo) return;
    const file = path.split("/").map(decodeURIComponent).join("/");
    const content = repo.files[file];
    response.setHeader("x-repo-commit", commitOf(id));
    if (content === undefined) {
      refuse(response, 404, "EntryNotFound");
      return;
    }
    const bytes = bytesOf(content);
    if (!isLarge(file)) {
      response.setHeader("etag", `"${hash("sha1", `blob ${bytes.length}\0`, bytes)}"`);
      sendFile(request, response, file, bytes);
      return;
    }
    response.writeHead(302, {
      "x-linked-etag": `"${hash("sha256", bytes)}"`,
      "x-linked-size": bytes.length,
      location: `${cdnUrl}/${encodeURIComponent(id)}/${encodeURIComponent(file)}?signature=1`,
    });
    response.end();
  });
  const url = await listen(hub);

  return {
    url,
    requests,
    commit: commitOf,
    update: (id, repo) => repos.set(id, repo),
    breakOff: (file, ...afterBytes) => breaks.set(file, afterBytes),
    damage: (file) => damaged.add(file),
    async close() {
      for (const server of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
