import fc from "fast-check";
import { expect, test } from "vitest";
import { EndOfBytes, unpickle } from "../../src/checkpoint/pickle";
import { unpickleTorch } from "../../src/checkpoint/torch-pickle";

class Refused extends Error {}
const fail = (sentence: string): never => {
  throw new Refused(sentence);
};
const rules = { fail, global: () => undefined, persistent: (id: unknown) => id };
const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const read = (text: string) => unpickle(bytes(text), rules).value;

test("constants", () => {
  expect(read("\x80\x02N.")).toBe(null);
  expect(read("J\xff\xff\xff\xff.")).toBe(-1);
  expect(read("\x8a\x01\xff.")).toBe(-1);
  expect(read("\x8a\x02\xff\x00.")).toBe(255);
  expect(read("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.")).toBe(2n ** 64n);
  expect(read("G\x3f\xf8\x00\x00\x00\x00\x00\x00.")).toBe(1.5);
  expect(read("X\x02\x00\x00\x00\xc3\xa9.")).toBe("é");
});

test("collections and memo", () => {
  expect(read("]q\x00(K\x01K\x02eh\x00\x86.")).toEqual([
    [1, 2],
    [1, 2],
  ]);
  expect(read("}(K\x01K\x02K\x03\x88u.")).toEqual(
    new Map<unknown, unknown>([
      [1, 2],
      [3, true],
    ]),
  );
});

test.each([
  [".", "has a broken pickle"],
  ["K\x01e.", "has a broken pickle"],
  ["h\x07.", "has a broken pickle"],
  ["K\x01)R.", "calls something that is no function"],
  ["}K\x01)R.", "calls something that is no function"],
  ["cos\nsystem\n.", 'asks for the Python object "os.system"'],
  ["ios\nsystem\n.", "uses the pickle opcode 0x69"],
  ["\x80\x09.", "has an unknown pickle protocol"],
])("%j is refused", (pickle, message) => {
  expect(() => read(pickle)).toThrow(message);
});

test.each(["X\xff\xff\xff\x7fa.", "", "K", "cos\nsystem"])("%j ends too early", (pickle) => {
  expect(() => read(pickle)).toThrow(EndOfBytes);
});

test("what a few bytes make without end is refused at once", () => {
  const readTorch = (text: string) => unpickleTorch(bytes(text), fail);
  // Lists that hold the one before twice, 200 deep, as the name of an object.
  const doubled = `]q\x00${Array.from({ length: 200 }, (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join("")}`;
  expect(() => readTorch(`X\x01\x00\x00\x00a${doubled}\x93.`)).toThrow("names a Python object by no text");
  expect(() => readTorch(`${doubled}X\x01\x00\x00\x00a\x93.`)).toThrow("names a Python object by no text");
  // A tensor that is rebuilt by a call that is given itself.
  const rebuild = "ctorch._tensor\n_rebuild_from_type_v2\n";
  expect(() => readTorch(`${rebuild}q\x00]q\x01(h\x00Nh\x01Neh\x00h\x01R.`)).toThrow("in an unknown way");
  // One long list, made into a dictionary again and again.
  const pairs = `]q\x00(${"NN\x86".repeat(10_000)}e0`;
  const calls = "ccollections\nOrderedDict\nh\x00\x85R0".repeat(10_000);
  expect(() => readTorch(`${pairs}${calls}N.`)).toThrow("makes dictionaries without end");
  // Shapes of more dimensions than there are.
  const shape = `(${"K\x01".repeat(100)}t`;
  expect(() =>
    readTorch(
      `ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00${shape}${shape}tR.`,
    ),
  ).toThrow("an impossible shape");
});

test("storage types and dtypes are known, but cannot be called", () => {
  expect(() => unpickleTorch(bytes("ctorch\nFloatStorage\n)R."), fail)).toThrow(
    'calls the Python object "torch.Float',
  );
  expect(() => unpickleTorch(bytes("ctorch\n__proto__\n."), fail)).toThrow(
    "refused and nothing was executed",
  );
});

test("any bytes end in a value or a refusal", () => {
  const opcode = fc.constantFrom(
    ..."(012NJKMGXUTCB)]}tldaesuqrhjcRbQ.\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x93\x94",
  );
  const piece = fc.oneof(
    { weight: 4, arbitrary: opcode },
    fc.constantFrom(
      "ccollections\nOrderedDict\n",
      "ctorch._utils\n_rebuild_tensor_v2\n",
      "K\x01",
      "X\x01\x00\x00\x00a",
    ),
    fc.string({ unit: "binary-ascii", maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        unpickleTorch(bytes(`${pieces.join("")}.`), fail);
      } catch (error) {
        if (!(error instanceof Refused || error instanceof EndOfBytes)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
});
