import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const packages = ["packages", "apps"].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);

type Imports = ReadonlyMap<string, readonly string[]>;

/** What each source file of a folder imports from the same folder: values, types, and what is loaded later. */
const importsOf = (folder: string): Imports => {
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file))
    .map((file) => join(folder, file));
  const known = new Set(files);
  const imported = (file: string): string[] =>
    ts.preProcessFile(readFileSync(file, "utf8")).importedFiles.flatMap(({ fileName }) => {
      if (!fileName.startsWith(".")) return [];
      const path = join(dirname(file), fileName);
      const found = [`${path}.ts`, join(path, "index.ts"), path].find((candidate) => known.has(candidate));
      return found === undefined ? [] : [relative(folder, found)];
    });
  return new Map(files.map((file) => [relative(folder, file), imported(file)]));
};

/** The first circle that is met, its first file again at the end; null where there is none. */
const circleIn = (imports: Imports): string[] | null => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle !== null) return circle;
  }
  return null;
};

describe("no package has a circle of imports, types included", () => {
  for (const name of packages.filter((path) => statSync(join(root, path, "src")).isDirectory()))
    test(name, () => {
      const imports = importsOf(join(root, name, "src"));
      expect(imports.size).toBeGreaterThan(0);
      expect(circleIn(imports)?.join(" → ") ?? null).toBeNull();
    });

  test("a circle would be found, one of types too", () => {
    const imports = new Map([
      ["a.ts", ["b.ts"]],
      ["b.ts", ["c.ts", "d.ts"]],
      ["c.ts", []],
      ["d.ts", ["a.ts"]],
    ]);
    expect(circleIn(imports)).toEqual(["a.ts", "b.ts", "d.ts", "a.ts"]);
    const { importedFiles } = ts.preProcessFile(
      'import type { A } from "./a";\nexport type { B } from "./b";',
    );
    expect(importedFiles.map(({ fileName }) => fileName)).toEqual(["./a", "./b"]);
  });
});
