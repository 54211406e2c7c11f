import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { DatasetError, loadDataset } from "../../src/data";
import { findJsonFault } from "../../src/data/readers/json-fault";
import { fileOf, golden, goldenPath, revived } from "./golden";

const rowsOf = async (path: string, options = {}) => [
  ...(await loadDataset(path, { split: "train", ...options })),
];

/** The rows, or the error if it is a clear one. Anything else thrown fails the test. */
async function rowsOrClearError(path: string): Promise<unknown> {
  try {
    return await rowsOf(path);
  } catch (error) {
    if (!DatasetError.isInstance(error)) throw error;
    expect(error.message).toMatch(/^dataset: [^\n]+$/);
    return error;
  }
}

const names = fc.stringMatching(/^[a-zA-Zé_ ][\w .-]{0,6}$/);

describe("JSON lines", () => {
  it("reads objects line by line, with nesting, gaps, blank lines, CRLF and a byte order mark", async () => {
    const path = await fileOf(
      "a.jsonl",
      '\ufeff{"a":1,"b":{"c":[1,null]}}\r\n\r\n  \n{"b":null,"d":"ü\u2028"}',
    );
    expect(await rowsOf(path)).toEqual([
      { a: 1, b: { c: [1, null] }, d: null },
      { a: null, b: null, d: "ü\u2028" },
    ]);
  });

  it("gives back what was written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(names, fc.jsonValue()), { minLength: 1, maxLength: 8 }),
        async (rows) => {
          const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
          const path = await fileOf("a.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
          const read = await rowsOf(path);
          expect(read).toHaveLength(rows.length);
          // JSON has no −0.
          for (const [i, row] of rows.entries())
            for (const column of columns)
              expect(read[i]![column]).toEqual(JSON.parse(JSON.stringify(row))[column] ?? null);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads lines that several reads bring", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ i, text: "é".repeat(i * 5000) }));
    const path = await fileOf("a.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
    expect(await rowsOf(path)).toEqual(rows);
  });

  it("reads gzip, and a .json file that holds lines", async () => {
    const text = '{"a":1}\n{"a":2}\n';
    expect(await rowsOf(await fileOf("a.jsonl.gz", gzipSync(text)))).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await rowsOf(await fileOf("a.json", text))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it.each([
    [
      '{"a":1}\n{"a":2,}\n',
      'line 2 of PATH is not valid JSON, column 8: expected a key in double quotes, but found "}"',
    ],
    ['{"a":1}\n\n{"a":\n', "line 3 of PATH is not valid JSON, column 6: expected a value, but found the end"],
    ['{"a":1}\n[1]\n', 'line 2 of PATH is an array, but a record is an object such as {"text": "…"}'],
    ['{"a":1}\n"x"\n', "line 2 of PATH is a string, but"],
    ['{"a":1}\nnull', "line 2 of PATH is null, but"],
    ["hello\n", 'line 1 of PATH is not valid JSON, column 1: expected a value, but found "hello"'],
    ["", "PATH is empty: it has no records"],
    ["\n \n", "PATH is empty: it has no records"],
    [Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), "line 1 of PATH is not UTF-8 text"],
  ])("says where %j is broken", async (content, message) => {
    const path = await fileOf("a.jsonl", content);
    const error = await rowsOf(path).catch((thrown: unknown) => thrown);
    expect(DatasetError.isInstance(error)).toBe(true);
    expect((error as DatasetError).message).toContain(`dataset: ${message.replace("PATH", path)}`);
    expect((error as DatasetError).file).toBe(path);
  });

  it("says which .gz is broken", async () => {
    const packed = gzipSync('{"a":1}\n'.repeat(1000));
    const path = await fileOf("a.jsonl.gz", packed.subarray(0, packed.length - 12));
    await expect(rowsOf(path)).rejects.toThrow(`dataset: cannot read ${path}: unexpected end of file`);
    await expect(rowsOf(await fileOf("b.json.gz", "plain"))).rejects.toThrow("incorrect header check");
  });

  it("gives rows or a clear error for any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.string({ unit: fc.constantFrom(...'{}[]",:1ea\\ \n\ttrue') }),
        ),
        fc.constantFrom("a.jsonl", "a.json", "a.csv", "a.tsv", "a.jsonl.gz", "a.parquet"),
        async (content, name) => {
          await rowsOrClearError(await fileOf(name, content));
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });
});

describe("JSON", () => {
  const rows = [{ a: 1 }, { a: 2, b: [true] }];

  it("reads an array, one object over many lines, and a field", async () => {
    const filled = [{ a: 1, b: null }, rows[1]];
    expect(await rowsOf(await fileOf("a.json", JSON.stringify(rows, null, 2)))).toEqual(filled);
    expect(await rowsOf(await fileOf("a.jsonl", `  ${JSON.stringify(rows)}`))).toEqual(filled);
    expect(await rowsOf(await fileOf("a.json", JSON.stringify({ a: 1, b: "x" }, null, 2)))).toEqual([
      { a: 1, b: "x" },
    ]);
    const inField = await fileOf("a.json", JSON.stringify({ version: 1, data: rows }));
    expect(await rowsOf(inField, { field: "data" })).toEqual(filled);
    const columns = await fileOf("a.json", JSON.stringify({ data: { a: [1, 2], b: ["x", "y"] } }));
    expect(await rowsOf(columns, { field: "data" })).toEqual([
      { a: 1, b: "x" },
      { a: 2, b: "y" },
    ]);
  });

  it.each([
    [
      '[{"a":1},\n {"a":2]',
      {},
      'PATH is not valid JSON at line 2, column 8 (position 17): expected "," or "}", but found "]"',
    ],
    ['[{"a":1}, 5]', {}, "record 2 of PATH is a number, but a record is an object"],
    ["[]", {}, "PATH is empty: it has no records"],
    ['[{"a":1}] x', {}, 'column 11 (position 10): expected the end, but found "x"'],
    ['{"a":1,"b":2}', { field: "data" }, 'PATH has no field "data"; it has "a", "b"'],
    ["[1]", { field: "data" }, 'PATH holds an array at the top, so it has no field "data"'],
    [
      '{"data":5}',
      { field: "data" },
      'the field "data" of PATH must be an array of objects or an object of equally long arrays, but is a number',
    ],
    ["", { field: "data" }, "PATH is empty"],
  ])("says where %j is broken", async (content, options, message) => {
    const path = await fileOf("a.json", content);
    await expect(rowsOf(path, options)).rejects.toThrow(message.replace("PATH", path));
  });

  it("finds a fault exactly when JSON.parse does", () => {
    const isSound = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const broken = fc
      .tuple(
        fc.jsonValue(),
        fc.nat(),
        fc.nat(3),
        fc.string({ unit: fc.constantFrom(...'{}[]",:1e-.\\u0 \ntf'), maxLength: 2 }),
      )
      .map(([value, at, cut, put]) => {
        const text = JSON.stringify(value);
        const start = at % (text.length + 1);
        return text.slice(0, start) + put + text.slice(start + cut);
      });
    fc.assert(
      fc.property(broken, (text) => {
        const fault = findJsonFault(text);
        expect(fault === null).toBe(isSound(text));
        if (fault) expect(fault.offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
    expect(findJsonFault("[".repeat(200_000))).toMatchObject({ offset: 200_000, line: 1, column: 200_001 });
  });
});

describe("CSV", () => {
  const { tables } = golden<{ tables: { text: string; rows: Record<string, unknown>[] }[] }>("csv.json");

  it.each(tables)("reads $text as pandas", async ({ text, rows }) => {
    const read = await rowsOf(await fileOf("a.csv", text));
    expect(read.map((row) => Object.keys(row))).toEqual(rows.map((row) => Object.keys(row)));
    for (const [i, row] of rows.entries()) {
      for (const [name, cell] of Object.entries(row)) {
        const expected = revived(cell);
        const value = read[i]![name];
        if (typeof expected === "number" && Number.isFinite(expected) && !Number.isInteger(expected))
          expect([value as number]).toBeAllclose([expected], 1e-15);
        // pandas' floats print as JSON integers beyond 2^53; ours is the same float.
        else if (typeof expected === "bigint" && typeof value === "number")
          expect(BigInt(value)).toBe(expected);
        else expect(value).toEqual(expected);
      }
    }
  });

  it("reads tabs, other delimiters and gzip", async () => {
    const expected = [{ a: 1, b: "x,y" }];
    expect(await rowsOf(await fileOf("a.tsv", "a\tb\n1\tx,y\n"))).toEqual(expected);
    expect(await rowsOf(await fileOf("a.csv", "a;b\n1;x,y\n"), { delimiter: ";" })).toEqual(expected);
    expect(await rowsOf(await fileOf("a.csv.gz", gzipSync('a,b\n1,"x,y"\n')))).toEqual(expected);
  });

  it("gives back any text that was quoted", async () => {
    const cells = fc.string({ unit: fc.constantFrom(...'ab,"\n\r é;☃'), minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cells, cells), { minLength: 1, maxLength: 6 }), async (rows) => {
        const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
        const text = ["x,y", ...rows.map((row) => row.map(quoted).join(","))].join("\n");
        expect(await rowsOf(await fileOf("a.csv", text))).toEqual(rows.map(([x, y]) => ({ x, y })));
      }),
      { numRuns: 80 },
    );
  });

  it("reads 50,000 lines", async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `${i},"text ${i}, more",${i / 8}`);
    const read = await rowsOf(await fileOf("a.csv", `id,text,score\n${lines.join("\n")}\n`));
    expect(read).toHaveLength(50_000);
    expect(read.at(-1)).toEqual({ id: 49_999, text: "text 49999, more", score: 49_999 / 8 });
  });

  it.each([
    ['a,b\n1,2\n3,"x\n4,5\n', "line 3 of PATH opens a quote that is never closed"],
    ["a,b\n1,2\n\n  \n1,2,3\n", "line 5 of PATH has 3 columns, but the header has 2"],
    ['a,b\r\n1,"x\r\ny"\r\n1,2,3\r\n', "line 4 of PATH has 3 columns, but the header has 2"],
    ["a,b\r1,2\r1,2,3\r", "line 3 of PATH has 3 columns, but the header has 2"],
    ["\ufeff\n\na,b\n1,2,3\n", "line 4 of PATH has 3 columns, but the header has 2"],
    ["a,b\n", "PATH is empty: it has no records"],
    ["", "PATH is empty: it has no records"],
    [Uint8Array.of(0x61, 0x0a, 0xff), "PATH is not UTF-8 text"],
    [Uint8Array.of(0x61, 0x0a, 0xc3), "PATH is not UTF-8 text"],
  ])("says where %j is broken", async (content, message) => {
    const path = await fileOf("a.csv", content);
    await expect(rowsOf(path)).rejects.toThrow(`dataset: ${message.replace("PATH", path)}`);
  });
});

describe("Parquet", () => {
  const { rows } = golden<{ rows: unknown[] }>("parquet.json");
  const expected = rows.map(revived);

  it.each(["none", "snappy", "gzip", "zstd", "lz4", "brotli"])(
    "reads every type, packed by %s",
    async (codec) => {
      expect(await rowsOf(goldenPath(`${codec}.parquet`))).toEqual(expected);
    },
  );

  it.each(["v2", "plain"])("reads the encodings of %s", async (name) => {
    expect(await rowsOf(goldenPath(`${name}.parquet`))).toEqual(expected.slice(0, 20));
  });

  it("reads any range over row groups", async () => {
    for (const [from, to] of [
      [0, 1],
      [24, 26],
      [25, 50],
      [49, 60],
      [59, 60],
      [0, 60],
    ]) {
      const part = [...(await loadDataset(goldenPath("snappy.parquet"), { split: `train[${from}:${to}]` }))];
      expect(part).toEqual(expected.slice(from, to));
    }
  });

  it("reads what hyparquet-writer writes", async () => {
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "text", data: ["a", "b", null], type: "STRING", nullable: true },
        { name: "label", data: [0n, 1n, 2n ** 60n], type: "INT64" },
      ],
    });
    expect(await rowsOf(await fileOf("a.parquet", new Uint8Array(buffer)))).toEqual([
      { text: "a", label: 0 },
      { text: "b", label: 1 },
      { text: null, label: 2n ** 60n },
    ]);
  });

  it("refuses what is empty, no Parquet, or cut off", async () => {
    await expect(rowsOf(goldenPath("empty.parquet"))).rejects.toThrow("it has no records");
    await expect(rowsOf(await fileOf("a.parquet", ""))).rejects.toThrow("a.parquet is empty");
    await expect(rowsOf(await fileOf("a.parquet", '{"a":1}\n'))).rejects.toThrow(
      "is not a Parquet file, or was cut off",
    );
    const whole = await readFile(goldenPath("zstd.parquet"));
    await expect(rowsOf(await fileOf("a.parquet", whole.subarray(0, -100)))).rejects.toThrow(
      "is not a Parquet file",
    );
    const hole = Uint8Array.from(whole).fill(0xff, 4, 4000);
    await expect(rowsOf(await fileOf("a.parquet", hole))).rejects.toThrow("is a corrupt Parquet file");
  });

  it("survives a run of billions of values, wherever it stands", async () => {
    const whole = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "a", data: Array.from({ length: 40 }, (_, i) => (i < 30 ? "x" : null)), type: "STRING" },
        ],
        compressed: false,
      }),
    );
    for (let at = 4; at < whole.length - 12; at++) {
      const bytes = whole.slice();
      bytes.set([0xfe, 0xff, 0xff, 0xff, 0x0f], at);
      await rowsOrClearError(await fileOf("a.parquet", bytes));
    }
  });

  it("gives rows or a clear error for any damage", async () => {
    const files = await Promise.all(
      ["none", "snappy", "gzip", "zstd", "lz4", "brotli"].map((name) =>
        readFile(goldenPath(`${name}.parquet`)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (whole, damage) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of damage) bytes[at % bytes.length] = value;
          await rowsOrClearError(await fileOf("a.parquet", bytes));
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });
});
