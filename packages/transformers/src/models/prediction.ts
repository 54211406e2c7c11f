import {
  type Device,
  type Hosted,
  type HostTensor,
  hostTensor,
  type Module,
  type Tensor,
} from "@waveft/autograd";
import type { TextConfig } from "../config";
import { TransformersError } from "../errors";
import { compileForEval } from "./eval-mode";
import type { TokenInputs } from "./inputs";

/** One text's token ids, or those of several; as a tensor, int32 [length] or [rows, length]. */
export type Prompts = readonly number[] | readonly (readonly number[])[] | HostTensor;

export interface PredictOptions {
  /** Marks the real tokens of padded texts, on the left or the right, with 1. All are real when absent. */
  readonly attentionMask?: Prompts;
  /** Which of the texts in an example each token belongs to, for BERT. Zeros when absent. */
  readonly tokenTypeIds?: Prompts;
}

type Rows = Hosted<Omit<TokenInputs, "cache" | "logitsAt">>;

/** Rows are longer by up to so many places: texts of like length share a plan. */
const step = 8;

/**
 * Each text's ids.
 *
 * @param who asked: begins the error
 * @throws TransformersError for what is neither ids nor lists of ids
 */
export const listOf = (prompts: Prompts, who: string): readonly ArrayLike<number>[] => {
  const given: unknown = prompts;
  if (isList(given)) {
    if (given.length === 0) return [];
    const areLists = Array.from(given, isList);
    if (areLists.every(Boolean)) return given as unknown as readonly ArrayLike<number>[];
    if (Array.from(given).every((id) => typeof id === "number")) return [given as ArrayLike<number>];
  } else if (isHostTensor(given)) {
    const length = given.shape.at(-1) ?? 0;
    const ids = Array.from(given.data as ArrayLike<number>);
    const rows = length === 0 ? 0 : ids.length / length;
    return Array.from({ length: rows }, (_, row) => ids.slice(row * length, (row + 1) * length));
  }
  const what = typeof given === "string" ? JSON.stringify(given.slice(0, 20)) : kindOf(given);
  throw new TransformersError(
    `${who}: ${what} is no token ids; give the ids of a text, or of several, as tokenizer.encode makes them`,
  );
};

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);

const isHostTensor = (value: unknown): value is HostTensor =>
  typeof value === "object" && value !== null && "shape" in value && "data" in value;

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "this array" : `a ${typeof value}`;
};

/**
 * Texts as rows of one length, each in its place, what is behind it being padding. Positions count real tokens. Throws a
 * `TransformersError` for what is no list of ids below `vocabSize`, is longer than the model's positions, or has masks
 * or types of another shape.
 */
export const rowsOf = (
  prompts: Prompts,
  options: PredictOptions,
  { vocabSize, maxPositionEmbeddings, padTokenId }: TextConfig,
): Rows => {
  const texts = listOf(prompts, "predict").map((ids) => Array.from(ids));
  if (texts.length === 0 || texts.some((ids) => ids.length === 0))
    throw new TransformersError("predict: a text is empty; give at least one token of each");
  const fill = (of: Prompts | undefined, name: string, { absent = 0, padding = 0 } = {}): Int32Array => {
    const lists =
      of === undefined ? texts.map((ids) => ids.map(() => absent)) : listOf(of, `predict: ${name}`);
    if (lists.length !== texts.length || lists.some((list, i) => list.length !== texts[i]!.length))
      throw new TransformersError(`predict: ${name} and the ids differ in shape; give a number for each id`);
    const rows = new Int32Array(texts.length * length).fill(padding);
    for (const [i, list] of lists.entries()) rows.set(list, i * length);
    return rows;
  };
  const length = Math.ceil(Math.max(...texts.map((ids) => ids.length)) / step) * step;
  const bad = texts.flat().find((id) => !Number.isSafeInteger(id) || id < 0 || id >= vocabSize);
  if (bad !== undefined)
    throw new TransformersError(`predict: ${bad} is no token id; ids go from 0 to ${vocabSize - 1}`);
  const shape = [texts.length, length];
  const segmentIds = fill(options.attentionMask, "attentionMask", { absent: 1 }).map((mask) =>
    mask === 0 ? 0 : 1,
  );
  const positionIds = new Int32Array(segmentIds.length);
  for (const [i, real] of segmentIds.entries())
    if (i % length > 0) positionIds[i] = real === 0 ? 0 : positionIds[i - 1]! + segmentIds[i - 1]!;
  const last = positionIds.reduce((most, position) => Math.max(most, position), 0);
  if (last >= maxPositionEmbeddings)
    throw new TransformersError(
      `predict: a text has ${last + 1} tokens; the model has ${maxPositionEmbeddings} positions`,
    );
  // Classifiers that take a text's last token tell padding by its id; one outside the vocabulary cannot be embedded.
  const padding = padTokenId !== null && padTokenId >= 0 && padTokenId < vocabSize ? padTokenId : 0;
  return {
    inputIds: hostTensor(fill(texts, "ids", { padding }), shape),
    segmentIds: hostTensor(segmentIds, shape),
    positionIds: hostTensor(positionIds, shape),
    ...(options.tokenTypeIds !== undefined && {
      tokenTypeIds: hostTensor(fill(options.tokenTypeIds, "tokenTypeIds"), shape),
    }),
  };
};

interface Predictor extends Module {
  readonly device: Device;
  forward(inputs: never): { readonly logits: Tensor };
}

type Run = (rows: Rows) => Promise<HostTensor>;

/** What predicts with each model, kept between calls with its last plans. */
const runs = new WeakMap<Predictor, { readonly device: Device; readonly run: Run }>();

/** The logits of rows, in eval mode. */
export const logitsOf = (model: Predictor, rows: Rows): Promise<HostTensor> => {
  const { device } = model;
  const found = runs.get(model);
  if (found?.device === device) return found.run(rows);
  const run: Run = compileForEval(
    model,
    (inputs: TokenInputs) => model.forward(inputs as never).logits,
  ) as Run;
  runs.set(model, { device, run });
  return run(rows);
};

/** The first places of each row of logits [rows, longer, width]. */
export const firstPlaces = ({ data, shape }: HostTensor, rows: number, count: number): HostTensor => {
  const width = shape.at(-1)!;
  const length = data.length / (rows * width);
  const kept = new Float32Array(rows * count * width);
  for (let row = 0; row < rows; row++)
    kept.set(
      (data as Float32Array).subarray(row * length * width, (row * length + count) * width),
      row * count * width,
    );
  return hostTensor(kept, [rows, count, width]);
};

/** Tokens of the longest text. */
export const longestOf = (prompts: Prompts): number =>
  Math.max(...listOf(prompts, "predict").map((ids) => ids.length));
