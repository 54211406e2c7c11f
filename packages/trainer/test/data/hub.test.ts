import { readFile } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import { startHubServer } from "../../../transformers/test/support/hub-server";
import { loadDataset } from "../../src/data";
import { folderOf, goldenPath } from "./golden";

it("loads a data set through the hub client, into and from its cache", async () => {
  const shard = await readFile(goldenPath("snappy.parquet"));
  const card =
    "---\nconfigs:\n- config_name: plain\n  data_files:\n  - split: train\n    path: plain/train-*\n---\n";
  const server = await startHubServer({
    imdb: {
      type: "dataset",
      files: { "README.md": card, "plain/train-0.parquet": shard, "plain/rest-0.parquet": shard },
    },
    "me/lines": {
      type: "dataset",
      files: { "train.jsonl": '{"text":"a"}\n{"text":"b"}\n', "test.jsonl": '{"text":"c"}' },
    },
  });
  onTestFinished(() => server.close());
  const access = { endpoint: server.url, cacheDir: await folderOf({}), token: false as const };

  const some = await loadDataset("imdb", { split: "train[:10%]", ...access });
  expect(some.length).toBe(6);
  expect(some.at(0).text).toBe("Zeile 0 – ");
  const fetched = server.requests
    .filter((request) => request.method === "GET")
    .map((request) => request.path);
  expect(fetched.some((path) => path.includes("train-0.parquet"))).toBe(true);
  expect(fetched.some((path) => path.includes("rest-0.parquet"))).toBe(false);

  const lines = await loadDataset("me/lines", access);
  expect(Object.entries(lines).map(([name, rows]) => [name, rows.length])).toEqual([
    ["train", 2],
    ["test", 1],
  ]);
  const offline = await loadDataset("imdb", { ...access, localFilesOnly: true, split: "train" });
  expect(offline.length).toBe(60);
  await expect(loadDataset("me/none", access)).rejects.toThrow(
    /^dataset: there is no file or folder me\/none, and the hub does not give it: /,
  );
});
