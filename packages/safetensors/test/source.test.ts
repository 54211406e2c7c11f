import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { blobSource, bytesSource, httpSource, isSafetensorsError } from "../src/index";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
let server: Server | undefined;
afterEach(() => server?.close());

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
}
const ranges: RequestListener = (request, response) => {
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "")!;
  response.writeHead(206, { "content-range": `bytes ${first}-${last}/${bytes.length}` });
  response.end(bytes.subarray(Number(first), Number(last) + 1));
};

describe.each([
  ["bytes", async () => bytesSource(bytes)],
  ["blob", async () => blobSource(new Blob([bytes]))],
  ["http ranges", async () => httpSource(await serve(ranges))],
  ["http whole", async () => httpSource(await serve((_, response) => response.end(bytes)))],
] as const)("%s source", (_, make) => {
  test("reads ranges into memory of its own", async () => {
    const source = await make();
    expect(source.size).toBe(1000);
    const part = await source.read(300, 5);
    expect([...part]).toEqual([44, 45, 46, 47, 48]);
    expect(part.byteOffset).toBe(0);
    expect(await source.read(1000, 0)).toHaveLength(0);
    await expect(source.read(999, 2)).rejects.toThrow("bytes 999 to 1001 were asked for, but it has 1000");
    await expect(source.read(-1, 2)).rejects.toSatisfy(isSafetensorsError);
  });
});

test("an address that answers with an error names its status", async () => {
  const url = await serve((_, response) => response.writeHead(404).end());
  await expect(httpSource(url)).rejects.toThrow("answered 404");
});

test("a server that cannot be reached is one sentence", async () => {
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }));
  await expect(httpSource("http://nowhere/x", { fetch })).rejects.toThrow(
    "http://nowhere/x could not be reached (ECONNREFUSED)",
  );
});

test("headers reach the server", async () => {
  let seen: string | undefined;
  const url = await serve((request, response) => {
    seen = request.headers.authorization;
    ranges(request, response);
  });
  await httpSource(url, { headers: { authorization: "Bearer x" } });
  expect(seen).toBe("Bearer x");
});
