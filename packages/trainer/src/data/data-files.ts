import { DatasetError, quotedList } from "./dataset-error";
import { unknownSplit } from "./split-expression";

/** The files of each split, in reading order. */
export type SplitFiles = ReadonlyMap<string, readonly string[]>;

/** Which files are data: one pattern or several, for `train` or for each split. `*`, `?`, `[…]` and `**` are allowed. */
export type DataFiles = string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/** Files of a data set repository that describe it and hold no records. */
const descriptions: ReadonlySet<string> = new Set([
  "README.md",
  "config.json",
  "dataset_info.json",
  "dataset_infos.json",
  "dataset_dict.json",
]);

/** The words by which a file or folder name tells its split, in the order in which the splits are listed. */
const splitWords: readonly (readonly [split: string, words: string])[] = [
  ["train", "train|training"],
  ["validation", "validation|valid|dev|val"],
  ["test", "test|testing|eval|evaluation"],
];

const shard = /^data\/(?<split>[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)-[0-9]{5}-of-[0-9]{5}[^/]*\.[^/]*$/u;

/**
 * The splits of a folder or repository by the names of its files, by the rules of Hugging Face `datasets`: first
 * `data/train-00000-of-00002.parquet`, then folders named for a split, then files named for one, else all are `train`.
 * A name counts when the word stands alone between `-`, `.`, `_`, spaces or digits.
 */
export function splitsByName(names: readonly string[]): SplitFiles {
  const files = names.filter((name) => isData(name)).sort();
  const bySplit = (splitOf: (name: string, words: string) => boolean) =>
    new Map(
      splitWords
        .map(([split, words]) => [split, files.filter((name) => splitOf(name, words))] as const)
        .filter(([, found]) => found.length > 0),
    );

  const shards = splitShards(files);
  if (shards.size > 0) return shards;
  const byFolder = bySplit((name, words) =>
    name
      .split("/")
      .slice(0, -1)
      .some((part) => hasWord(part, words)),
  );
  if (byFolder.size > 0) return byFolder;
  const byFile = bySplit((name, words) => hasFileWord(name.slice(name.lastIndexOf("/") + 1), words));
  if (byFile.size > 0) return byFile;
  return files.length > 0 ? new Map([["train", files]]) : new Map();
}

function splitShards(files: readonly string[]): SplitFiles {
  const found = new Map<string, string[]>();
  for (const name of files) {
    const split = shard.exec(name)?.groups?.split;
    if (split !== undefined) found.set(split, [...(found.get(split) ?? []), name]);
  }
  const known = splitWords.map(([split]) => split);
  const rank = (split: string) => (known.includes(split) ? known.indexOf(split) : known.length);
  return new Map([...found].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

/** A folder's name has the word between separators or the ends. */
function hasWord(part: string, words: string): boolean {
  return new RegExp(`(?:^|[-._ 0-9])(?:${words})(?:$|[-._ 0-9])`).test(part);
}

/** A file's name has the word between separators or at the start; something must follow it. */
function hasFileWord(name: string, words: string): boolean {
  return new RegExp(`(?:^|[-._ 0-9])(?:${words})[-._ 0-9]`).test(name);
}

/** Neither hidden, nor in a folder such as `__pycache__`, nor a description. A pattern may name such a file. */
function isData(name: string, pattern = ""): boolean {
  const count = (path: string, test: (part: string) => boolean) => path.split("/").filter(test).length;
  const isHidden = (part: string) => part.startsWith(".") && part !== "." && part !== "..";
  const isSpecial = (part: string) => part.startsWith("__");
  const parent = (path: string) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));
  const base = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  return (
    count(name, isHidden) === count(pattern, isHidden) &&
    count(parent(name), isSpecial) === count(parent(pattern), isSpecial) &&
    (!descriptions.has(base(name)) || base(name) === base(pattern))
  );
}

/**
 * The files that patterns name, split by split.
 *
 * @throws DatasetError if a pattern matches nothing
 */
export function splitsByPattern(names: readonly string[], dataFiles: DataFiles, owner: string): SplitFiles {
  const found = new Map<string, readonly string[]>();
  for (const [split, patterns] of patternsOf(dataFiles)) {
    const files = new Set<string>();
    for (const pattern of patterns) {
      const matching = matchingFiles(names, pattern);
      if (matching.length === 0) {
        throw new DatasetError(
          names.length === 0
            ? `no file matches "${pattern}"; ${owner} is empty`
            : `no file of ${owner} matches "${pattern}"; it has ${quotedList(names)}`,
        );
      }
      for (const file of matching) files.add(file);
    }
    found.set(split, [...files]);
  }
  return found;
}

/** The patterns of each split; without names they are for `train`. */
export function patternsOf(dataFiles: DataFiles): [split: string, patterns: readonly string[]][] {
  if (typeof dataFiles === "string") return [["train", [dataFiles]]];
  if (isList(dataFiles)) return [["train", dataFiles]];
  return Object.entries(dataFiles).map(([split, patterns]) => [
    split,
    typeof patterns === "string" ? [patterns] : patterns,
  ]);
}

function isList(value: readonly string[] | object): value is readonly string[] {
  return Array.isArray(value);
}

/** The names that a pattern matches, sorted. */
export function matchingFiles(names: readonly string[], pattern: string): string[] {
  const bare = pattern.replace(/^\.\//, "");
  const test = globPattern(bare);
  return names.filter((name) => test.test(name) && isData(name, bare)).sort();
}

/** Whether a path has wildcards. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** A path pattern as a regular expression: `*` and `?` stay within a folder, `**` does not. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\[!?[^\]]+\]|[\\^$.|+()[\]{}]/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`, "u");
}

/** Only the splits that a split expression names. */
export function pickSplits(all: SplitFiles, wanted: readonly string[]): SplitFiles {
  return new Map(
    wanted.map((split) => {
      const files = all.get(split);
      if (!files) throw unknownSplit(split, [...all.keys()]);
      return [split, files];
    }),
  );
}
