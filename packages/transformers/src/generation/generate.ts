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
import { compileForEval } from "../models/eval-mode";
import type { CausalLMInputs, CausalLMOutputs } from "../models/inputs";
import { listOf } from "../models/prediction";
import { Cache } from "./cache";
import type { GenerationConfig } from "./config";

export interface GenerateOptions extends Omit<GenerationConfig, "json"> {
  /** Only greedy generation exists: `true` is refused. */
  readonly doSample?: boolean;
  /** When given here, shorter results of a batch are filled up with it on the right, as Python's tensors are. */
  readonly padTokenId?: number | null;
  /** Marks the real tokens of padded prompts (left or right) with 1; the others are dropped. */
  readonly attentionMask?: readonly (readonly number[])[];
  /** Hears of each token as it is chosen. */
  readonly onToken?: (token: GeneratedToken) => void;
  /** Stops after the present token: `generate` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface GeneratedToken {
  /** Index of the prompt in the batch. */
  readonly sequence: number;
  readonly id: number;
  /** Whether the sequence ends with it. */
  readonly last: boolean;
}

/** What `generate` needs of a model. */
export interface GenerativeModel extends Module {
  readonly config: TextConfig;
  readonly generationConfig: GenerationConfig;
  readonly device: Device;
  forward(inputs: CausalLMInputs): CausalLMOutputs;
}

/** New tokens when nobody says how many, as in Python. */
const defaultNewTokens = 20;

/** A sequence as it grows. */
interface Sequence {
  readonly ids: number[];
  /** Length at which it ends. */
  readonly limit: number;
  open: boolean;
}

/**
 * Greedy continuation of each prompt, by the first largest logit. The prompts run once, side by side and padded on
 * the right; then each step computes one token a row from the cached keys and values. Sequences end at an
 * end-of-sequence id, at their limit, or where the model's positions do.
 */
export const generate = async (
  model: GenerativeModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<number[][]> => {
  const settings = { ...model.generationConfig, ...options };
  if (settings.doSample)
    throw new TransformersError(
      "generate: doSample is true, but only greedy generation exists; leave it out",
    );
  const real = unpadded(prompts, masksOf(options.attentionMask));
  for (const [i, ids] of real.entries()) checkPrompt(ids, i, model.config);
  const ends = new Set(
    [settings.eosTokenId === undefined ? model.config.eosTokenId : settings.eosTokenId].flat(),
  );
  const sequences: Sequence[] = real.map((ids) => {
    const limit = limitOf(ids.length, settings, model.config);
    return { ids: [...ids], limit, open: ids.length < limit };
  });
  if (sequences.some(({ open }) => open)) await lengthen(model, sequences, ends, options);
  options.signal?.throwIfAborted();
  return filled(
    sequences.map(({ ids }) => ids),
    options.padTokenId,
  );
};

/** Goes on until every sequence has ended. */
const lengthen = async (
  model: GenerativeModel,
  sequences: readonly Sequence[],
  ends: ReadonlySet<number | null>,
  { signal, onToken }: GenerateOptions,
): Promise<void> => {
  const generator = generatorOf(model);
  const prompt = promptInputs(sequences);
  let cache = generator.borrow(sequences.length, roomFor(sequences, prompt));
  let isSound = true;
  try {
    while (sequences.some(({ open }) => open)) {
      signal?.throwIfAborted();
      const inputs = cache.length === 0 ? prompt : stepInputs(sequences);
      const needed = cache.length + inputs.segmentIds.shape[1]!;
      isSound = false;
      if (needed > cache.capacity) cache = await cache.grown(needed, model.device);
      const logits = await generator.run(cache, inputs);
      cache.length = needed;
      const best = bestOf(sequences, logits);
      isSound = true;
      signal?.throwIfAborted();
      choose(sequences, best, ends, onToken);
    }
  } finally {
    // What a run that failed left may be no numbers, which would reach the next sequences through empty slots.
    if (isSound) generator.giveBack(cache);
    else cache.dispose();
  }
};

/** What generates with a model, kept between calls with its last plans and caches. */
interface Generator {
  readonly device: Device;
  /** Computes logits [rows, vocabSize], and adds the places to the cache. */
  run(cache: Cache, inputs: Hosted<CausalLMInputs>): Promise<HostTensor>;
  /** A cache for one caller, empty. */
  borrow(rows: number, room: Room): Cache;
  giveBack(cache: Cache): void;
}

const generators = new WeakMap<GenerativeModel, Generator>();

/** Caches that wait for a call like the last ones, whose plans name them: so many, and so many bytes together. */
const idleCaches = 2;
const idleBytes = 2 ** 28;

/** Plans are traced in eval mode, whatever the model is used for meanwhile, and anew when its structure changes. */
const generatorOf = (model: GenerativeModel): Generator => {
  const { device } = model;
  const found = generators.get(model);
  if (found?.device === device) return found;
  const idle: Cache[] = [];
  /** Of the call that is being traced. */
  let active: Cache;
  const run = compileForEval(
    model,
    ({ start, ...inputs }: CausalLMInputs & { start: Tensor }) => {
      const first = active.length === 0;
      const { logits, present } = model.forward(first ? inputs : { ...inputs, cache: active.tensors() });
      return { logits, added: active.write(present, inputs, start, first) };
    },
    { key: () => `${active.id} ${active.length === 0}`, cacheSize: 12 },
  );
  const generator: Generator = {
    device,
    run: async (cache, inputs) => {
      active = cache;
      const start = hostTensor(Int32Array.of(cache.length), []);
      return (await run({ ...inputs, start })).logits;
    },
    borrow: (rows, { first, most }) => {
      const fitting = idle.filter(
        (cache) => cache.rows === rows && cache.capacity >= first && cache.capacity <= Cache.slotsFor(most),
      );
      const smallest = fitting.toSorted((a, b) => a.capacity - b.capacity)[0];
      if (smallest === undefined) return new Cache(rows, first);
      idle.splice(idle.indexOf(smallest), 1);
      return smallest;
    },
    giveBack: (cache) => {
      cache.length = 0;
      idle.push(cache);
      while (idle.length > idleCaches || bytesOf(idle) > idleBytes) idle.shift()!.dispose();
    },
  };
  generators.set(model, generator);
  return generator;
};

const bytesOf = (caches: readonly Cache[]): number => caches.reduce((total, { bytes }) => total + bytes, 0);

/** The best token of each row; 0 where a sequence has ended. */
const bestOf = (sequences: readonly Sequence[], { data, shape }: HostTensor): readonly number[] => {
  const vocabSize = shape[1]!;
  return sequences.map(({ open }, row) =>
    open ? indexOfLargest((data as Float32Array).subarray(row * vocabSize, (row + 1) * vocabSize)) : 0,
  );
};

/** Appends to each open sequence its row's best token. */
const choose = (
  sequences: readonly Sequence[],
  best: readonly number[],
  ends: ReadonlySet<number | null>,
  onToken: GenerateOptions["onToken"],
): void => {
  sequences.forEach((sequence, row) => {
    if (!sequence.open) return;
    const id = best[row]!;
    sequence.ids.push(id);
    sequence.open = !ends.has(id) && sequence.ids.length < sequence.limit;
    onToken?.({ sequence: row, id, last: !sequence.open });
  });
};

const indexOfLargest = (values: Float32Array): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  if (Number.isNaN(values[best]))
    throw new TransformersError("generate: the logits are not numbers; the weights overflow or are damaged");
  return best;
};

/**
 * Places for prompts of this length: at most 7 more, or a quarter of it, so that prompts of like lengths share a
 * plan.
 */
const placesFor = (length: number): number => {
  const step = Math.max(8, 2 ** (Math.floor(Math.log2(length)) - 2));
  return Math.ceil(length / step) * step;
};

const longest = (sequences: readonly Sequence[]): number =>
  Math.max(...sequences.map(({ ids }) => ids.length));

/** Whole prompts, one a row, padded on the right; logits at each one's end. */
const promptInputs = (sequences: readonly Sequence[]): Hosted<CausalLMInputs> => {
  const rows = sequences.length;
  const length = placesFor(longest(sequences));
  const inputIds = new Int32Array(rows * length);
  const positionIds = new Int32Array(rows * length);
  const segmentIds = new Int32Array(rows * length);
  const logitsAt = new Int32Array(rows);
  sequences.forEach(({ ids }, row) => {
    inputIds.set(ids, row * length);
    ids.forEach((_, position) => {
      positionIds[row * length + position] = position;
    });
    segmentIds.fill(1, row * length, row * length + ids.length);
    logitsAt[row] = row * length + ids.length - 1;
  });
  const shape = [rows, length];
  return {
    inputIds: hostTensor(inputIds, shape),
    positionIds: hostTensor(positionIds, shape),
    segmentIds: hostTensor(segmentIds, shape),
    logitsAt: hostTensor(logitsAt, [rows]),
  };
};

/** The last token of each sequence after the cached ones; ended sequences are padding. */
const stepInputs = (sequences: readonly Sequence[]): Hosted<CausalLMInputs> => {
  const column = (of: (sequence: Sequence) => number) =>
    hostTensor(
      Int32Array.from(sequences, (sequence) => (sequence.open ? of(sequence) : 0)),
      [sequences.length, 1],
    );
  return {
    inputIds: column(({ ids }) => ids.at(-1)!),
    positionIds: column(({ ids }) => ids.length - 1),
    segmentIds: column(() => 1),
  };
};

/** Slots of a call's cache. */
interface Room {
  /** To begin with: the prompts' places and a good part of what follows. */
  readonly first: number;
  /** Of a cache that is there already: one that other calls let grow spares this one the growing, and its plans. */
  readonly most: number;
}

const roomFor = (sequences: readonly Sequence[], { segmentIds }: Hosted<CausalLMInputs>): Room => {
  const places = segmentIds.shape[1]!;
  const open = Math.max(...sequences.map(({ ids, limit }) => limit - ids.length));
  const first = places + Math.min(open, 64);
  // A token reads all slots, so far larger ones are only taken where they may be needed.
  return { first, most: Math.max(4 * first, 1.5 * (places + open)) };
};

/** The length at which a sequence ends: what was asked for, and not beyond the model's last position. */
const limitOf = (length: number, settings: GenerateOptions, config: TextConfig): number => {
  const { maxNewTokens, maxLength } = settings;
  for (const [name, value] of Object.entries({ maxNewTokens, maxLength }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw new TransformersError(`generate: ${name} is ${value}; give an integer from 0`);
  const asked = maxNewTokens !== undefined ? length + maxNewTokens : (maxLength ?? length + defaultNewTokens);
  // The last token is only chosen, not computed on: it needs no position.
  return Math.min(asked, config.maxPositionEmbeddings + 1);
};

const checkPrompt = (ids: readonly number[], i: number, config: TextConfig): void => {
  const bad = ids.findIndex((id) => !Number.isSafeInteger(id) || id < 0 || id >= config.vocabSize);
  if (bad >= 0)
    throw new TransformersError(
      `generate: prompt ${i} has ${ids[bad]} at place ${bad}; ids go from 0 to ${config.vocabSize - 1}`,
    );
  if (ids.length === 0)
    throw new TransformersError(
      `generate: prompt ${i} is empty; give at least one token, such as the first one`,
    );
  if (ids.length > config.maxPositionEmbeddings)
    throw new TransformersError(
      `generate: prompt ${i} has ${ids.length} tokens; the model has ${config.maxPositionEmbeddings} positions`,
    );
};

const masksOf = (mask: GenerateOptions["attentionMask"]): readonly ArrayLike<number>[] | undefined =>
  mask === undefined ? undefined : listOf(mask, "generate: attentionMask");

/** The prompts without what the mask leaves out. */
const unpadded = (
  prompts: readonly (readonly number[])[],
  mask: readonly ArrayLike<number>[] | undefined,
): readonly (readonly number[])[] => {
  if (mask === undefined) return prompts;
  if (mask.length !== prompts.length || prompts.some((ids, i) => ids.length !== mask[i]!.length))
    throw new TransformersError(
      "generate: attentionMask and prompts differ in shape; give a 0 or 1 for each id",
    );
  return prompts.map((ids, i) => ids.filter((_, at) => mask[i]![at] !== 0));
};

const filled = (sequences: number[][], padTokenId: number | null | undefined): number[][] => {
  if (padTokenId === undefined || padTokenId === null) return sequences;
  const length = Math.max(0, ...sequences.map((ids) => ids.length));
  return sequences.map((ids) => [...ids, ...new Array<number>(length - ids.length).fill(padTokenId)]);
};
