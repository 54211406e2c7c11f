import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const docs = dirname(fileURLToPath(import.meta.url));
const root = dirname(docs);

/** The change of a registry as CONTRIBUTING.md shows it: a unified diff, its hunks parted by "…" lines. */
export interface RegistryChange {
  readonly file: string;
  readonly hunks: readonly { readonly before: string; readonly after: string }[];
  /** Lines that are added, imports left out. */
  readonly lines: readonly string[];
}

/** Fenced blocks of a language whose first line is a comment with a path. */
const blocks = (language: string): { file: string; body: string[] }[] => {
  const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n *// (\\S+)\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return Array.from(fences, ([, file, body]) => ({ file: file!, body: body!.trimEnd().split("\n") }));
};

/** The example files of CONTRIBUTING.md by their path in the repository. */
export const contributedFiles = (): Map<string, string> =>
  new Map(blocks("ts").map(({ file, body }) => [file, `${body.join("\n").trim()}\n`]));

/** The registry changes of CONTRIBUTING.md. */
export const registryChanges = (): RegistryChange[] =>
  blocks("diff").map(({ file, body }) => {
    const side = (lines: readonly string[], without: string): string =>
      lines.flatMap((line) => (line.startsWith(without) ? [] : [line.slice(1)])).join("\n");
    const hunks = body
      .join("\n")
      .split(/\n *…\n/)
      .map((hunk) => hunk.split("\n"))
      .map((lines) => ({ before: side(lines, "+"), after: side(lines, "-") }));
    const added = body.filter((line) => line.startsWith("+") && !line.startsWith("+import "));
    return { file, hunks, lines: added.map((line) => line.slice(1).trim()) };
  });

export const exampleFile = (file: string): string => join(docs, "examples", file);

/** The first example of a package's README. */
const readmeExample = (name: string): string => {
  const text = readFileSync(join(root, "packages", name, "README.md"), "utf8");
  return /^```ts\n([\s\S]*?)^```$/m.exec(text)![1]!;
};

// A path in this folder, so that packages are found from it.
const readmePath = (name: string): string => join(docs, `readme-${name}.ts`);

/** Makes the first example of a package's README a module, `readme:<package>`. */
export const readmes = () => {
  const sources = new Map<string, string>();
  return {
    name: "docs-readmes",
    enforce: "pre" as const,
    resolveId(source: string): string | null {
      if (!source.startsWith("readme:")) return null;
      const name = source.slice("readme:".length);
      sources.set(readmePath(name), name);
      return readmePath(name);
    },
    load(id: string): string | null {
      const name = sources.get(id);
      return name === undefined ? null : readmeExample(name);
    },
  };
};

/**
 * Lays `docs/examples` over the repository, and the registry changes of CONTRIBUTING.md into their files: tests
 * see the tree as it would be with the examples in it.
 */
export const overlay = () => ({
  name: "docs-overlay",
  enforce: "pre" as const,
  resolveId(source: string, importer: string | undefined): string | null {
    if (importer === undefined || !source.startsWith(".")) return null;
    const target = `${resolve(dirname(importer), source)}.ts`;
    return target.startsWith(root) && existsSync(exampleFile(target.slice(root.length + 1))) ? target : null;
  },
  load(id: string): string | null {
    if (!id.startsWith(root)) return null;
    const file = id.slice(root.length + 1);
    if (existsSync(exampleFile(file))) return readFileSync(exampleFile(file), "utf8");
    const changes = registryChanges().filter((change) => change.file === file);
    return changes.length === 0 ? null : changes.reduce(apply, readFileSync(id, "utf8"));
  },
});

const apply = (text: string, { file, hunks }: RegistryChange): string =>
  hunks.reduce((patched, { before, after }) => {
    if (!patched.includes(before)) throw new Error(`CONTRIBUTING.md: ${file} has no lines\n${before}`);
    return patched.replace(before, () => after);
  }, text);
