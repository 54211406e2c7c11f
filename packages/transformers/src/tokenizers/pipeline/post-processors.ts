import { flattened, type Part, shown } from "./part";

/** Puts special tokens around the ids of a text, unless told not to; a template may repeat the text all the same. */
export type PostProcessor = (ids: readonly number[], addSpecialTokens: boolean) => number[];

/** One processor's work on the lists that the one before left. */
type Step = (
  lists: readonly (readonly number[])[],
  addSpecialTokens: boolean,
) => readonly (readonly number[])[];

/** @param part `post_processor` of tokenizer.json, null for none */
export const postProcessorOf = (part: Part | null): PostProcessor => {
  const steps = part === null ? [] : flattened(part, "processors").map(stepOf);
  return (ids, addSpecialTokens) =>
    steps.reduce<ReturnType<Step>>((lists, step) => step(lists, addSpecialTokens), [ids]).flat();
};

const stepOf = (part: Part): Step => {
  const make = Object.hasOwn(kinds, part.type) ? kinds[part.type] : undefined;
  return (
    make?.(part) ??
    part.fail(`is of type ${part.type}, which is not supported; there are ${Object.keys(kinds).join(", ")}`)
  );
};

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0;

/** `cls`, the first text, `sep`, and for each further list (`between`) the list, `sep`. */
const enclosing =
  (between: "sep" | "nothing") =>
  (part: Part): Step => {
    const [cls, sep] = ["cls", "sep"].map((key) => {
      const [token, id] = part.list(key);
      if (typeof token === "string" && isId(id)) return id;
      return part.fail(`has ${key} ${shown(part.value(key))}; it must be a token and its id`);
    }) as [number, number];
    const before = (i: number) => (i === 0 ? [cls] : between === "sep" ? [sep] : []);
    return (lists, addSpecialTokens) =>
      addSpecialTokens ? lists.map((ids, i) => [...before(i), ...ids, sep]) : lists;
  };

/** A piece of a template: which list stands there, or ids of a special token. */
type TemplatePiece = { readonly list: number } | { readonly ids: readonly number[] };

const templatePieces = (part: Part, key: "single" | "pair"): TemplatePiece[] =>
  part.parts(key).map((piece) => {
    if (!piece.has("SpecialToken")) {
      const list = ["A", "B"].indexOf(piece.part("Sequence").text("id"));
      if (list >= 0 && list < (key === "single" ? 1 : 2)) return { list };
      return piece.fail(
        `names a sequence that is not there: ${key === "single" ? "a single text is A" : "a pair is A and B"}`,
      );
    }
    const id = piece.part("SpecialToken").text("id");
    const special = part.part("special_tokens");
    if (!special.has(id)) part.fail(`uses the special token ${shown(id)} and does not say its ids`);
    const ids = special.part(id).list("ids");
    return ids.every(isId)
      ? { ids }
      : part.fail(`gives the special token ${shown(id)} the ids ${shown(ids)}`);
  });

const template = (part: Part): Step => {
  const single = templatePieces(part, "single");
  return (lists, addSpecialTokens) => {
    if (lists.length > 2) part.fail("is a template behind another one that adds tokens");
    const pieces = lists.length === 2 ? templatePieces(part, "pair") : single;
    const used = addSpecialTokens ? pieces : pieces.filter((piece) => "list" in piece);
    return used.map((piece) => ("list" in piece ? lists[piece.list]! : piece.ids));
  };
};

const kinds: Readonly<Record<string, (part: Part) => Step>> = {
  BertProcessing: enclosing("nothing"),
  /** Changes offsets only. */
  ByteLevel: () => (lists) => lists,
  RobertaProcessing: enclosing("sep"),
  TemplateProcessing: template,
};
