import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const page = (name: string) => readFileSync(join(root, name), "utf8");

/** Paths in backticks, from the repository's root. */
const named = (text: string): string[] =>
  Array.from(
    text.matchAll(/`((?:apps|bench|decisions|docs|packages|reference|scripts)\/[^`\s]*)`/g),
    ([, p]) => p!,
  );

describe("docs/architecture.md", () => {
  const text = page("docs/architecture.md");

  test("names files that exist", () => {
    expect(named(text).length).toBeGreaterThan(60);
    expect(named(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("knows every room", () => {
    const rooms = readdirSync(join(root, "packages"));
    expect(rooms.filter((room) => !text.includes(`\`packages/${room}/src`))).toEqual([]);
  });

  test("draws the imports that packages have", () => {
    const uses = (name: string) =>
      Object.keys(
        (JSON.parse(page(`packages/${name}/package.json`)) as { dependencies?: object }).dependencies ?? {},
      )
        .filter((dependency) => dependency.startsWith("@waveft/"))
        .map((dependency) => dependency.slice("@waveft/".length))
        .sort();
    expect(uses("peft")).toEqual(["autograd", "safetensors", "sparse", "transformers", "wavelet"]);
    expect(uses("transformers")).toEqual(["autograd", "safetensors"]);
    for (const name of ["autograd", "safetensors", "sparse", "wavelet"]) expect(uses(name)).toEqual([]);
    expect(uses("trainer")).toEqual(["autograd", "safetensors", "sparse", "transformers"]);
  });
});

/** Pages of the repository, and files that may cite them. */
const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
const pages = new Set(tracked.filter((file) => file.endsWith(".md")).map((file) => file.split("/").at(-1)!));

test("nothing cites a page that is not in the repository", () => {
  const citing = tracked.filter(
    (file) =>
      /\.(ts|mjs|py|md|json|ya?ml|sh)$/.test(file) &&
      existsSync(join(root, file)) &&
      !/golden|CHANGELOG/.test(file),
  );
  const wrong = citing.flatMap((file) => {
    const text = page(file);
    const missing = Array.from(
      text.matchAll(/\b([A-Z][A-Z_]{3,}|\d{4}-\d\d-\d\d-[\w-]+)\.md\b/g),
      ([, name]) => `${name}.md`,
    ).filter((name) => !pages.has(name));
    // Pages are cited by their names in capitals, too.
    if (/\bDESIGN\b/.test(text) && file !== "docs/test/pages.test.ts") missing.push("DESIGN");
    return missing.map((name) => `${file}: ${name}`);
  });
  expect(wrong).toEqual([]);
});
