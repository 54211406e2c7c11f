import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Dataset, DatasetError, type DatasetFiles, loadDataset, type ResolveRepo } from "../../src/data";
import { splitsByName } from "../../src/data/data-files";
import { fileOf, folderOf, golden, goldenPath } from "./golden";

const jsonl = (...values: number[]) => values.map((i) => `{"i":${i}}\n`).join("");
const numbers = (dataset: Dataset) => [...dataset].map((row) => row.i);
const contents = (splits: Record<string, Dataset>) =>
  Object.fromEntries(Object.entries(splits).map(([name, dataset]) => [name, numbers(dataset)]));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("a local file", () => {
  it("is the split train", async () => {
    const path = await fileOf("some.jsonl", jsonl(...range(0, 200)));
    expect(Object.keys(await loadDataset(path))).toEqual(["train"]);
    expect(numbers(await loadDataset(path, { split: "train[:1%]" }))).toEqual([0, 1]);
    expect(numbers(await loadDataset(path, { split: "train[10:12]+train[-1:]" }))).toEqual([10, 11, 199]);
    expect(numbers(await loadDataset(path, { split: "all" }))).toHaveLength(200);
  });

  it("is told apart by what it lacks", async () => {
    const path = await fileOf("a.jsonl", jsonl(1, 2));
    const odd = await fileOf("a.txt", "x");
    await expect(loadDataset(path, { split: "test" })).rejects.toThrow(
      'dataset: no split named "test"; the data set has "train"',
    );
    await expect(loadDataset(path, { split: "train[" })).rejects.toThrow(
      'dataset: cannot read the split "train["',
    );
    await expect(loadDataset(path, { split: "train[:1%]" })).rejects.toThrow(
      'dataset: the split "train[:1%]" selects no records; "train" has 2',
    );
    await expect(loadDataset(odd)).rejects.toThrow(
      `dataset: cannot tell the format of ${odd} by its name; supported are .json, .jsonl, .ndjson, .csv, .tsv, .parquet`,
    );
    for (const absent of [
      "/nowhere/a.jsonl",
      "nowhere.csv",
      "./nowhere",
      "~/no/where/x",
      "nowhere/a.txt",
      "a b",
    ])
      await expect(loadDataset(absent)).rejects.toThrow(`dataset: there is no file or folder ${absent}`);
  });
});

describe("a local folder", () => {
  const { layouts } = golden<{ layouts: { names: string[]; splits: [string, string[]][] }[] }>(
    "layouts.json",
  );

  it.each(layouts)("with $names has the splits that datasets finds", ({ names, splits }) => {
    expect([...splitsByName(names)]).toEqual(splits);
  });

  it("is read split by split, shards in order", async () => {
    const folder = await folderOf({
      "train-2.jsonl": jsonl(3),
      "train-1.jsonl": jsonl(1, 2),
      "test.jsonl": jsonl(9),
      "README.txt": "no data",
    });
    expect(contents(await loadDataset(folder))).toEqual({ train: [1, 2, 3], test: [9] });
    expect(numbers(await loadDataset(folder, { split: "train[1:]+test" }))).toEqual([2, 3, 9]);
    expect(numbers(await loadDataset(folder, { split: "all" }))).toEqual([1, 2, 3, 9]);
  });

  it("takes Parquet shards as one list of rows", async () => {
    const folder = await folderOf({ "README.md": "# no front matter" });
    await mkdir(join(folder, "data"));
    for (const i of [0, 1])
      await cp(goldenPath("snappy.parquet"), join(folder, `data/train-0000${i}-of-00002.parquet`));
    const middle = await loadDataset(folder, { split: "train[59:61]" });
    expect([...middle].map((row) => row.label)).toEqual([1, 0]);
    expect((await loadDataset(folder, { split: "train[:50%]" })).length).toBe(60);
  });

  it("takes the most frequent format only", async () => {
    const folder = await folderOf({ "a.csv": "i\n1\n", "b.jsonl": jsonl(2), "c.jsonl": jsonl(3) });
    expect(contents(await loadDataset(folder))).toEqual({ train: [2, 3] });
  });

  it("follows dataFiles and dataDir", async () => {
    const folder = await folderOf({
      "x/one.jsonl": jsonl(1),
      "x/deep/two.jsonl": jsonl(2),
      "y.jsonl": jsonl(3),
      "x/[odd].jsonl": jsonl(4),
    });
    const load = async (dataFiles: Parameters<typeof loadDataset>[1]) =>
      contents(await loadDataset(folder, dataFiles as object));
    expect(await load({ dataFiles: "x/*.jsonl" })).toEqual({ train: [4, 1] });
    expect(await load({ dataFiles: "x/**/*.jsonl" })).toEqual({ train: [4, 2, 1] });
    expect(await load({ dataFiles: ["y.jsonl", "./x/on?.jsonl"] })).toEqual({ train: [3, 1] });
    expect(await load({ dataFiles: { train: "y.jsonl", extra: ["x/[no]*.jsonl"] } })).toEqual({
      train: [3],
      extra: [1],
    });
    expect(await load({ dataDir: "x/deep" })).toEqual({ train: [2] });
    await expect(loadDataset(folder, { dataFiles: "z*.jsonl" })).rejects.toThrow(
      'matches "z*.jsonl"; it has "x/[odd].jsonl"',
    );
    await expect(loadDataset(folder, { dataDir: "q" })).rejects.toThrow("has no folder q");
  });

  it("follows the README's configurations", async () => {
    const readme = [
      "---",
      "license: other",
      "configs:",
      "- config_name: plain_text",
      "  data_files:",
      "  - split: train",
      "    path: p/train-*",
      "  - split: unsupervised",
      "    path: [p/unsup-*]",
      "  default: true",
      "- config_name: other",
      "  data_dir: o",
      "  sep: ;",
      "---",
      "# Title",
    ].join("\n");
    const folder = await folderOf({
      "README.md": readme,
      "p/train-0.jsonl": jsonl(1),
      "p/unsup-0.jsonl": jsonl(2),
      "o/test.csv": "i;j\n5;6\n",
    });
    expect(contents(await loadDataset(folder))).toEqual({ train: [1], unsupervised: [2] });
    expect([...(await loadDataset(folder, { name: "other", split: "test" }))]).toEqual([{ i: 5, j: 6 }]);
    await expect(loadDataset(folder, { name: "x" })).rejects.toThrow(
      'has no configuration named "x"; it has "plain_text", "other"',
    );
  });

  it("wants a name where several configurations stand", async () => {
    const readme =
      "---\nconfigs:\n- config_name: en\n  data_files: e.jsonl\n- config_name: de\n  data_files: d.jsonl\n---\n";
    const folder = await folderOf({ "README.md": readme, "e.jsonl": jsonl(1), "d.jsonl": jsonl(2) });
    await expect(loadDataset(folder)).rejects.toThrow(
      'has several configurations; choose one with name: "en", "de"',
    );
    expect(contents(await loadDataset(folder, { name: "de" }))).toEqual({ train: [2] });
  });

  it.each([
    ["---\nconfigs: [}\n---\n", "README.md is not valid YAML"],
    [
      "---\nconfigs:\n- config_name: a\n  data_files:\n  - path: x\n---\n",
      "must list its data_files as paths or as",
    ],
  ])("refuses the front matter %j", async (readme, message) => {
    const folder = await folderOf({ "README.md": readme, "e.jsonl": jsonl(1) });
    await expect(loadDataset(folder)).rejects.toThrow(message);
  });

  it("says what is missing", async () => {
    await expect(loadDataset(await folderOf({}))).rejects.toThrow(
      "has no file to load; it is empty; supported are .json",
    );
    await expect(loadDataset(await folderOf({ "a.txt": "x" }))).rejects.toThrow('it has "a.txt"; supported');
    const folder = await folderOf({ "train.jsonl": jsonl(1), "test.jsonl": "" });
    await expect(loadDataset(folder)).rejects.toThrow("test.jsonl is empty: it has no records");
    expect(numbers(await loadDataset(folder, { split: "train" }))).toEqual([1]);
    await expect(loadDataset(folder, { name: "x" })).rejects.toThrow('has no configuration named "x"');
  });
});

describe("a format with dataFiles", () => {
  it("reads files from anywhere", async () => {
    const folder = await folderOf({
      "a.data": jsonl(1),
      "b1.jsonl": jsonl(2),
      "b2.jsonl": jsonl(3),
      "c.csv": "i\n4\n",
    });
    const at = (name: string) => join(folder, name);
    expect(contents(await loadDataset("json", { dataFiles: at("a.data") }))).toEqual({ train: [1] });
    expect(contents(await loadDataset("json", { dataFiles: { test: at("b*.jsonl") } }))).toEqual({
      test: [2, 3],
    });
    expect(numbers(await loadDataset("csv", { dataFiles: [at("c.csv")], split: "train" }))).toEqual([4]);
    await expect(loadDataset("json", { dataFiles: at("z.jsonl") })).rejects.toThrow(
      `there is no file ${at("z.jsonl")}`,
    );
    await expect(loadDataset("json", { dataFiles: at("z*") })).rejects.toThrow(`no file matches ${at("z*")}`);
    await expect(loadDataset("json", { dataFiles: folder })).rejects.toThrow("is a folder, not a file");
  });
});

/** A hub of folders: `name@revision` → files. */
function hubOf(repos: Record<string, Record<string, string | Uint8Array>>): {
  resolveRepo: ResolveRepo;
  fetched: string[];
} {
  const fetched: string[] = [];
  const resolveRepo: ResolveRepo = async (id, { revision = "main", repoType }): Promise<DatasetFiles> => {
    expect(repoType).toBe("dataset");
    const files = repos[`${id}@${revision}`];
    if (!files) throw new Error(`no data set ${id} at ${revision}`);
    const folder = await folderOf(files);
    return {
      list: async () => Object.keys(files),
      path: async (name) => {
        fetched.push(name);
        return join(folder, name);
      },
    };
  };
  return { resolveRepo, fetched };
}

describe("the hub", () => {
  it("gives repositories, and only the files of the splits that are asked for", async () => {
    const { resolveRepo, fetched } = hubOf({
      "me/data@main": { "train.jsonl": jsonl(1, 2), "test.jsonl": jsonl(3) },
      "me/data@v1": { "train.jsonl": jsonl(7) },
      "plain@main": { "data.json": '[{"i":5}]', "dataset_infos.json": "{}" },
    });
    expect(numbers(await loadDataset("me/data", { split: "train[:1]", resolveRepo }))).toEqual([1]);
    expect(fetched).toEqual(["train.jsonl"]);
    expect(contents(await loadDataset("me/data", { resolveRepo }))).toEqual({ train: [1, 2], test: [3] });
    expect(contents(await loadDataset("me/data", { revision: "v1", resolveRepo }))).toEqual({ train: [7] });
    expect(contents(await loadDataset("plain", { resolveRepo }))).toEqual({ train: [5] });
  });

  it("falls back to the hub's own Parquet conversion", async () => {
    const { readFile } = await import("node:fs/promises");
    const shard = await readFile(goldenPath("snappy.parquet"));
    const script = { "imdb.py": "import datasets", "README.md": "# imdb", "dataset_infos.json": "{}" };
    const { resolveRepo } = hubOf({
      "imdb@main": script,
      "imdb@refs/convert/parquet": {
        "plain_text/test/0000.parquet": shard,
        "plain_text/partial-train/0000.parquet": shard,
      },
      "two@main": script,
      "two@refs/convert/parquet": { "a/train/0000.parquet": shard, "b/train/0000.parquet": shard },
      "none@main": script,
    });
    expect(Object.keys(await loadDataset("imdb", { resolveRepo }))).toEqual(["train", "test"]);
    expect((await loadDataset("imdb", { split: "train[:10%]", resolveRepo })).length).toBe(6);
    expect((await loadDataset("two", { name: "b", split: "train", resolveRepo })).length).toBe(60);
    await expect(loadDataset("two", { resolveRepo })).rejects.toThrow('choose one with name: "a", "b"');
    await expect(loadDataset("two", { name: "c", resolveRepo })).rejects.toThrow(
      'has no configuration named "c"',
    );
    await expect(loadDataset("none", { resolveRepo })).rejects.toThrow(
      'dataset: the data set none has no file to load; it has "imdb.py", "README.md", "dataset_infos.json"; supported',
    );
  });

  it("says that it has no such data set", async () => {
    const { resolveRepo } = hubOf({});
    await expect(loadDataset("me/gone", { resolveRepo })).rejects.toThrow(
      "dataset: there is no file or folder me/gone, and the hub does not give it: no data set me/gone at main",
    );
  });
});

describe("DatasetError", () => {
  it("is known by its brand, not its class", () => {
    const other = Object.assign(new Error("x"), { [Symbol.for("@waveft/trainer.DatasetError")]: true });
    expect(DatasetError.isInstance(other)).toBe(true);
    expect(DatasetError.isInstance(new Error("x"))).toBe(false);
    expect(DatasetError.isInstance(null)).toBe(false);
  });
});
