import { readFileSync } from "node:fs";

interface Row {
  readonly label: string;
  /** Texts of the repository's files by name. */
  readonly files: Readonly<Record<string, string>>;
  /** What Python's AutoTokenizer makes of the texts. */
  readonly expected: Readonly<Record<string, unknown>> | "refused";
}

/** What `reference/transformers/make_tokenizers.py` wrote. */
export const goldenClasses = (): { readonly texts: readonly string[]; readonly rows: readonly Row[] } => {
  const golden = new URL("../golden/tokenizers/classes.json", import.meta.url);
  const { texts, contents, rows } = JSON.parse(readFileSync(golden, "utf8")) as {
    texts: string[];
    contents: string[];
    rows: { label: string; files: Record<string, number>; expected: Row["expected"] }[];
  };
  const filesOf = (files: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(files).map(([name, index]) => [name, contents[index]!]));
  return { texts, rows: rows.map(({ files, ...row }) => ({ ...row, files: filesOf(files) })) };
};
