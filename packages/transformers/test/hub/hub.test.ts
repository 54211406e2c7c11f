import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { isTransformersError } from "../../src/errors";
import { type HubOptions, resolveRepo } from "../../src/hub";
import { type HubServer, startHubServer } from "../support/hub-server";

const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) & 255);
const sha256 = createHash("sha256").update(weights).digest("hex");
const files = { "config.json": '{"a":1}', "pytorch_model.bin": weights, "sub/vocab.json": "{}", empty: "" };

let hub: HubServer;
let home: string;
let cacheDir: string;
beforeEach(async () => {
  home = fs.mkdtempSync(join(tmpdir(), "hub-"));
  cacheDir = join(home, "hub");
  for (const name of ["HF_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "TRANSFORMERS_OFFLINE"])
    vi.stubEnv(name, "");
  vi.stubEnv("HF_HOME", home);
  hub = await startHubServer({
    "org/model": files,
    "org/private": { files, token: "hf_secret" },
    "org/gated": { files, gated: true },
    imdb: { type: "dataset", files: { "plain/train.parquet": weights, "README.md": "# imdb" } },
  });
  vi.stubEnv("HF_ENDPOINT", hub.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  fs.rmSync(home, { recursive: true, force: true });
});
const downloads = () => hub.requests.filter(({ method, host }) => method === "GET" && host === "cdn");
async function sentence(promise: Promise<unknown>, text: string): Promise<void> {
  await expect(promise).rejects.toThrow(text);
  await expect(promise).rejects.toSatisfy((e) => isTransformersError(e) && !e.message.includes("\n"));
}

describe("the cache", () => {
  test("has Python's layout", async () => {
    const repo = await resolveRepo("org/model");
    const commit = hub.commit("org/model");
    expect(repo.commit).toBe(commit);
    expect(await repo.list()).toEqual(Object.keys(files));
    const path = await repo.path("pytorch_model.bin");
    const folder = join(cacheDir, "models--org--model");
    expect(path).toBe(join(folder, "snapshots", commit, "pytorch_model.bin"));
    expect(fs.readlinkSync(path)).toBe(`../../blobs/${sha256}`);
    expect(fs.readlinkSync(await repo.path("sub/vocab.json"))).toMatch(
      /^\.\.\/\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/,
    );
    expect(fs.readFileSync(join(folder, "refs/main"), "utf8")).toBe(commit);
    expect(fs.readFileSync(path).equals(weights)).toBe(true);
    expect(fs.readFileSync(await repo.path("empty"), "utf8")).toBe("");
    expect(fs.readdirSync(join(folder, "blobs")).some((name) => /incomplete|tmp|lock/.test(name))).toBe(
      false,
    );
  });

  test("is asked before the server, and shared by concurrent callers", async () => {
    const [a, b] = await Promise.all([resolveRepo("org/model"), resolveRepo("org/model")]);
    await Promise.all([
      a.path("pytorch_model.bin"),
      b.path("pytorch_model.bin"),
      a.path("pytorch_model.bin"),
    ]);
    expect(downloads()).toHaveLength(1);
    const again = await resolveRepo("org/model");
    await again.path("pytorch_model.bin");
    expect(downloads()).toHaveLength(1);
  });

  test("serves a snapshot that Python left, offline", async () => {
    const folder = join(cacheDir, "models--org--other");
    const commit = "c".repeat(40);
    fs.mkdirSync(join(folder, "snapshots", commit), { recursive: true });
    fs.mkdirSync(join(folder, "blobs"));
    fs.mkdirSync(join(folder, "refs"));
    fs.writeFileSync(join(folder, "refs/main"), commit);
    fs.writeFileSync(join(folder, "blobs/abc"), "{}");
    fs.symlinkSync("../../blobs/abc", join(folder, "snapshots", commit, "config.json"));
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    const repo = await resolveRepo("org/other");
    expect(await repo.has("config.json")).toBe(true);
    expect(await repo.has("missing.json")).toBe(false);
    expect(await repo.list()).toEqual(["config.json"]);
    expect(fs.readFileSync(await repo.path("config.json"), "utf8")).toBe("{}");
    await sentence(
      repo.path("x"),
      `"x" of org/other is not in the cache at ${cacheDir}, and the hub is not asked`,
    );
    expect((await resolveRepo("org/other", { revision: commit })).commit).toBe(commit);
    expect(hub.requests).toHaveLength(0);
  });

  test("helps out when the hub cannot be reached", async () => {
    await (await resolveRepo("org/model")).path("config.json");
    const gone = await startHubServer({});
    await gone.close();
    const endpoint = gone.url;
    const repo = await resolveRepo("org/model", { endpoint });
    expect(await repo.has("config.json")).toBe(true);
    await sentence(repo.path("pytorch_model.bin"), "could not be reached");
    await sentence(
      resolveRepo("org/never", { endpoint }),
      "org/never (main) is neither a folder nor in the cache",
    );
  });

  test("a new commit gets its own snapshot, unchanged files are not fetched again", async () => {
    await (await resolveRepo("org/model")).path("pytorch_model.bin");
    hub.update("org/model", { files: { ...files, "config.json": "{}" } });
    const repo = await resolveRepo("org/model");
    await repo.path("pytorch_model.bin");
    expect(repo.commit).toBe(hub.commit("org/model"));
    expect(downloads()).toHaveLength(1);
    expect(fs.readdirSync(join(cacheDir, "models--org--model/snapshots"))).toHaveLength(2);
  });
});

describe("downloads", () => {
  test("continue where a connection broke", async () => {
    hub.breakOff("pytorch_model.bin", 100_000, 50_000);
    const seen: number[] = [];
    const repo = await resolveRepo("org/model", { onProgress: ({ loaded }) => seen.push(loaded) });
    expect(fs.readFileSync(await repo.path("pytorch_model.bin")).equals(weights)).toBe(true);
    expect(downloads().map(({ range }) => range)).toEqual([undefined, "bytes=100000-", "bytes=150000-"]);
    expect(seen.at(-1)).toBe(weights.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("continue what an earlier process left", async () => {
    const blobs = join(cacheDir, "models--org--model/blobs");
    fs.mkdirSync(blobs, { recursive: true });
    fs.writeFileSync(join(blobs, `${sha256}.incomplete`), weights.subarray(0, 200_000));
    // A lock whose process is gone does not stop us.
    fs.mkdirSync(join(cacheDir, ".locks/models--org--model"), { recursive: true });
    fs.writeFileSync(join(cacheDir, `.locks/models--org--model/${sha256}.js.lock`), "elsewhere 1");
    fs.utimesSync(join(cacheDir, `.locks/models--org--model/${sha256}.js.lock`), 1, 1);
    const path = await (await resolveRepo("org/model")).path("pytorch_model.bin");
    expect(fs.readFileSync(path).equals(weights)).toBe(true);
    expect(downloads().map(({ range }) => range)).toEqual(["bytes=200000-"]);
  });

  test("start over when what was left is wrong", async () => {
    const blobs = join(cacheDir, "models--org--model/blobs");
    fs.mkdirSync(blobs, { recursive: true });
    fs.writeFileSync(join(blobs, `${sha256}.incomplete`), new Uint8Array(200_000));
    const path = await (await resolveRepo("org/model")).path("pytorch_model.bin");
    expect(fs.readFileSync(path).equals(weights)).toBe(true);
  });

  test("are checked, and damage leaves nothing behind", async () => {
    hub.damage("pytorch_model.bin");
    const repo = await resolveRepo("org/model");
    await sentence(
      repo.path("pytorch_model.bin"),
      "pytorch_model.bin was not received whole: its SHA-256 differs",
    );
    expect(fs.readdirSync(join(cacheDir, "models--org--model/blobs"))).toEqual([]);
    await repo.path("pytorch_model.bin");
  });

  test("of data sets work alike", async () => {
    const repo = await resolveRepo("imdb", { repoType: "dataset" });
    expect(await repo.list()).toContain("plain/train.parquet");
    const path = await repo.path("plain/train.parquet");
    expect(path).toContain(join("hub", "datasets--imdb", "snapshots"));
    expect(fs.readFileSync(path).equals(weights)).toBe(true);
  });
});

describe("the token", () => {
  test.each(["option", "HF_TOKEN", "token file"])(
    "from the %s opens a private repository and never leaves the hub's host",
    async (from) => {
      const options: HubOptions = from === "option" ? { token: "hf_secret" } : {};
      if (from === "HF_TOKEN") vi.stubEnv("HF_TOKEN", "hf_secret");
      if (from === "token file") fs.writeFileSync(join(home, "token"), "hf_secret\n");
      await (await resolveRepo("org/private", options)).path("pytorch_model.bin");
      expect(
        hub.requests.every(({ host, authorization }) => (host === "hub") === (authorization !== undefined)),
      ).toBe(true);
      expect(downloads()).toHaveLength(1);
    },
  );
});

describe("refusals are one sentence", () => {
  test.each<[string, string, HubOptions, string]>([
    ["no repository", "org/nothing", {}, 'the model "org/nothing" was not found at http'],
    ["wrong type", "org/model", { repoType: "dataset" }, 'the dataset "org/model" was not found'],
    ["private", "org/private", {}, "or set HF_TOKEN if it is private"],
    ["wrong token", "org/private", { token: "hf_x" }, "the token sent gives no access to it"],
    ["gated", "org/gated", {}, 'access to the model "org/gated" is restricted; ask for it at http'],
    ["no revision", "org/model", { revision: "v9" }, 'the model "org/model" has no revision "v9"'],
    ["climbing revision", "org/model", { revision: "../../x" }, '"../../x" is no revision'],
    ["no id", "./models/none", {}, 'there is no folder "./models/none", and it is no model id either'],
    ["no id", "a/b/c", {}, "it is no model id either"],
    [
      "offline",
      "org/model",
      { localFilesOnly: true },
      "and the hub is not asked, since localFilesOnly is set",
    ],
  ])("%s", (_, id, options, message) => sentence(resolveRepo(id, options), message));

  test("no such file, or a name that climbs out", async () => {
    const repo = await resolveRepo("org/model");
    expect(await repo.has("../config.json")).toBe(false);
    await sentence(repo.path("nope.bin"), 'the model "org/model" has no file "nope.bin"');
    await sentence(repo.path("../../x"), 'has no file "../../x"');
  });

  test("a cache that cannot be written", async () => {
    fs.writeFileSync(join(home, "file"), "");
    await sentence(resolveRepo("org/model", { cacheDir: join(home, "file") }), "cannot be written");
  });
});

describe("plain mirrors", () => {
  async function mirror(
    answers: Record<string, { status?: number; headers?: Record<string, string>; body?: string }>,
  ) {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const {
        status = 200,
        headers = {},
        body = "",
      } = answers[`${request.method} ${request.url}`] ?? answers[request.url ?? ""] ?? { status: 404 };
      response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  }

  test("without the API serve files one by one", async () => {
    const commit = "d".repeat(40);
    const config = { headers: { "x-repo-commit": commit, etag: '"e"' }, body: "{}" };
    const { endpoint } = await mirror({
      "/org/model/resolve/main/config.json": config,
      [`/org/model/resolve/${commit}/config.json`]: config,
    });
    const repo = await resolveRepo("org/model", { endpoint });
    expect(repo.commit).toBe(commit);
    expect(await repo.has("tokenizer.json")).toBe(false);
    expect(fs.readFileSync(await repo.path("config.json"), "utf8")).toBe("{}");
    await sentence(resolveRepo("org/none", { endpoint }), "was not found");
  });

  test("that know the default revision only, redirect large files to their own host and have no HEAD", async () => {
    const siblings = [{ rfilename: "model.bin" }, { rfilename: "small.txt" }];
    const { endpoint } = await mirror({
      "/api/models/org/model": { body: JSON.stringify({ sha: "v1", siblings }) },
      "/org/model/resolve/v1/model.bin": {
        status: 302,
        headers: { location: "/lfs/1", "x-linked-etag": `"${sha256}"`, "x-linked-size": "300000" },
      },
      "/lfs/1": { body: "short" },
      "HEAD /org/model/resolve/v1/small.txt": { status: 405 },
      "/org/model/resolve/v1/small.txt": { body: "text" },
    });
    const repo = await resolveRepo("org/model", { endpoint });
    expect(repo.commit).toBe("v1");
    expect(fs.readFileSync(await repo.path("small.txt"), "utf8")).toBe("text");
    await sentence(repo.path("model.bin"), "model.bin");
  });
});

test("a local folder is used as it is", async () => {
  fs.mkdirSync(join(home, "m/sub"), { recursive: true });
  fs.writeFileSync(join(home, "m/sub/a.json"), "{}");
  const repo = await resolveRepo(join(home, "m"));
  expect([repo.commit, await repo.list(), await repo.has("sub/a.json")]).toEqual([
    undefined,
    ["sub/a.json"],
    true,
  ]);
  const source = await repo.open("sub/a.json");
  expect(source.size).toBe(2);
  await source.close?.();
  await sentence(repo.path("b"), 'has no file "b"');
});

describe("servers that mean harm, or are in trouble", () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  /** A hub of one repository with `config.json`; `answers` come first, by method and end of the path. */
  const strange = async (answers: Readonly<Record<string, Answer>>): Promise<{ seen: string[] }> => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      const { method, url = "" } = request;
      seen.push(`${method} ${url}`);
      const own = Object.entries(answers).find(([path]) => `${method} ${url}`.endsWith(path));
      if (own !== undefined) own[1](request, response);
      else if (url.startsWith("/api"))
        response.end(JSON.stringify({ sha: "c0ffee", siblings: [{ rfilename: "config.json" }] }));
      else response.writeHead(200, { etag: '"abc"', "content-length": 2 }).end(method === "HEAD" ? "" : "{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { seen };
  };
  const config = async () => (await resolveRepo("org/strange")).path("config.json");
  const blobs = () => fs.readdirSync(join(cacheDir, "models--org--strange/blobs"));
  /** Writes until the reader goes. */
  const endless: Answer = (_, response) => {
    const more = () => {
      if (!response.destroyed) response.write("x".repeat(100_000), () => setImmediate(more));
    };
    more();
  };

  test("a file that is longer than was announced is not kept", async () => {
    await strange({ "GET /org/strange/resolve/c0ffee/config.json": endless });
    await sentence(config(), "config.json was not received whole: the server sent more than the 2 bytes");
    expect(blobs()).toEqual([]);
  });

  test("a server that falls silent is left, and asked again", async () => {
    vi.stubEnv("HF_HUB_DOWNLOAD_TIMEOUT", "0.2");
    let asked = 0;
    await strange({
      "GET /org/strange/resolve/c0ffee/config.json": (request, response) => {
        asked++;
        if (asked === 1) response.writeHead(200, { "content-length": 2 }).write("{");
        else if (request.headers.range === "bytes=1-")
          response.writeHead(206, { "content-range": "bytes 1-1/2" }).end("}");
      },
    });
    expect(fs.readFileSync(await config(), "utf8")).toBe("{}");
    expect(asked).toBe(2);
  });

  test("one that never answers is a sentence", async () => {
    vi.stubEnv("HF_HUB_DOWNLOAD_TIMEOUT", "0.2");
    await strange({ "/api/models/org/strange/revision/main": () => {} });
    await sentence(config(), "could not be reached (nothing came for 0.2 s)");
  });

  test("a list of files without end is a sentence", async () => {
    vi.stubEnv("HF_HUB_DOWNLOAD_TIMEOUT", "5");
    const body = new ReadableStream({ pull: (control) => control.enqueue(new Uint8Array(2 ** 26)) });
    const options = { fetch: async () => new Response(body) };
    await expect(resolveRepo("org/strange", options)).rejects.toThrow("sent more than 268435456 bytes");
  });

  test.each(["seconds", "date"])("a pause that it asks for in %s is kept", async (as) => {
    const times: number[] = [];
    await strange({
      "/api/models/org/strange/revision/main": (_, response) => {
        times.push(Date.now());
        const later = as === "seconds" ? "1" : new Date(Date.now() + 2000).toUTCString();
        if (times.length === 1) response.writeHead(429, { "retry-after": later }).end();
        else response.end(JSON.stringify({ sha: "c0ffee", siblings: [{ rfilename: "config.json" }] }));
      },
    });
    await config();
    expect(times[1]! - times[0]!).toBeGreaterThan(900);
  });

  test("a pause that is too long is told at once", async () => {
    const { seen } = await strange({
      "/api/models/org/strange/revision/main": (_, response) =>
        response.writeHead(429, { "retry-after": "3600" }).end(),
    });
    await sentence(config(), "is asked too often (429); it wants a pause of 3600 s");
    expect(seen.length).toBeLessThanOrEqual(2);
  });

  test.each(["http://[", "https://:99999/", "http://a b/"])(
    "redirects to %j are a sentence",
    async (location) => {
      await strange({
        "/config.json": (_, response) => response.writeHead(302, { location }).end(),
      });
      await sentence(config(), "which is no address");
    },
  );
});
