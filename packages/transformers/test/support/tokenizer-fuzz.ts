import { bytesSource } from "@waveft/safetensors";
import fc from "fast-check";
import { isTransformersError } from "../../src/errors";
import { AutoTokenizer } from "../../src/tokenizers";
import { goldenClasses } from "./golden-classes";
import { file, kinds, text } from "./tokenizer-files";

/** Texts of a repository's files by name. */
type Repository = Readonly<Record<string, string>>;

const good: readonly Repository[] = goldenClasses().rows.map(({ files }) => files);

const repository: fc.Arbitrary<Repository> = fc.oneof(
  fc.constantFrom(...good),
  fc.oneof(...Object.values(kinds)).map((parts) => ({ "tokenizer.json": JSON.stringify(file(parts)) })),
);

const nested = (depth: number, open: string, close: string): unknown =>
  JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
/** What no field expects. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    0.5,
    2 ** 31,
    2 ** 53,
    1e308,
    -1e9,
    "",
    " ",
    "\u0000",
    "\ud800",
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [null],
    [[]],
    { id: 1 },
    [["a", null]],
    { a: -1 },
    { __proto__: 1 },
    "__proto__",
  ),
  fc.constantFrom<unknown>(
    "Sequence",
    "Split",
    "BPE",
    "Unigram",
    "x".repeat(50_000),
    "(a+)+$",
    "(",
    "\\p{Nope}",
  ),
  fc.constantFrom(nested(200, "[", "]"), nested(500, '{"type":"Sequence","normalizers":[', "]}")),
  fc.json().map((json) => JSON.parse(json) as unknown),
);

/** One value somewhere in a JSON text replaced, taken away or moved. */
const mutatedJson = (json: unknown, value: unknown, pick: (length: number) => number): unknown => {
  if (typeof json !== "object" || json === null || pick(6) === 0) return value;
  const copy: unknown = Array.isArray(json) ? [...json] : { ...json };
  const keys = Object.keys(copy as object);
  if (keys.length === 0) return value;
  const key = keys[pick(keys.length)]!;
  const holder = copy as Record<string, unknown>;
  const kind = pick(8);
  if (kind === 0) delete holder[key];
  else if (kind === 1) holder[key] = holder[keys[pick(keys.length)]!];
  else holder[key] = mutatedJson(holder[key], value, pick);
  return copy;
};

/** A text cut short, turned round, or with something put into it. */
const mutatedText = (whole: string, value: unknown, pick: (length: number) => number): string => {
  const at = pick(whole.length + 1);
  switch (pick(5)) {
    case 0:
      return whole.slice(0, at);
    case 1:
      return whole.slice(0, at) + String(JSON.stringify(value)) + whole.slice(at + 1);
    case 2:
      return whole.slice(at) + whole.slice(0, at);
    case 3:
      return `${whole.slice(0, at)}${"[".repeat(50_000)}1${"]".repeat(50_000)}${whole.slice(at + 1)}`;
    default:
      return whole.slice(0, at) + String.fromCharCode(pick(0x10000)) + whole.slice(at);
  }
};

/** Undefined for what is no JSON, or nested too deep to be written again. */
const changedJson = (old: string, value: unknown, pick: (length: number) => number): string | undefined => {
  try {
    return JSON.stringify(mutatedJson(JSON.parse(old), value, pick));
  } catch {
    return undefined;
  }
};

/** A good repository with one to four faults. */
const broken = fc
  .tuple(repository, fc.array(fc.tuple(junk, fc.infiniteStream(fc.nat())), { minLength: 1, maxLength: 4 }))
  .map(([files, faults]) => {
    const result: Record<string, string> = { ...files };
    for (const [value, numbers] of faults) {
      const pick = (length: number) => (numbers.next().value as number) % length;
      const names = [...Object.keys(result), "special_tokens_map.json", "added_tokens.json"];
      const name = names[pick(names.length)]!;
      const old = result[name] ?? '{"bos_token": "<s>", "<x>": 3}';
      const changed = pick(5) === 0 ? undefined : changedJson(old, value, pick);
      result[name] = changed ?? mutatedText(old, value, pick);
    }
    return result as Repository;
  });

const SECONDS = 2;

/** What a repository and a text show, where that must not be; undefined when all is well. */
const fault = async (files: Repository, sample: string): Promise<string | undefined> => {
  const started = performance.now();
  try {
    const tokenizer = await AutoTokenizer.fromPretrained({
      name: "fuzz",
      has: (name) => Object.hasOwn(files, name),
      open: async (name) => bytesSource(new TextEncoder().encode(files[name])),
    });
    const ids = [tokenizer.encode(sample), tokenizer.encode(sample, { addSpecialTokens: false })].flat();
    const wrong = ids.find((id) => !Number.isSafeInteger(id) || id < 0);
    if (wrong !== undefined || ids.includes(undefined as never)) return `the id ${wrong} came out`;
    tokenizer.decode([...ids, 0, 5, 10 ** 9], { skipSpecialTokens: true });
  } catch (error) {
    if (!isTransformersError(error)) return String((error as Error).stack ?? error);
    if (!error.message.startsWith("fuzz")) return `no sentence about the files: ${error.message}`;
  }
  const seconds = (performance.now() - started) / 1000;
  return seconds > SECONDS ? `took ${seconds} s` : undefined;
};

/** Broken files give the package's error or a tokenizer, within two seconds. */
export const fuzz = (numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(broken, text, async (files, sample) => {
      const found = await fault(files, sample);
      if (found !== undefined) throw new Error(`${found}\n${JSON.stringify(files).slice(0, 3000)}`);
    }),
    { numRuns, endOnFailure: process.env.SHRINK === undefined },
  );
