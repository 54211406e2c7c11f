import { compile, type Engine, gradients, hostTensor, Linear, resolveDevice, sum } from "@waveft/autograd";
import { describe, expect, test } from "vitest";
import { generate } from "../../src/generation/generate";
import {
  AutoModelForCausalLM,
  type CausalLM,
  type CausalLMInputs,
  type GeneratedToken,
} from "../../src/index";
import { golden, readGoldenJson } from "../support/models";

interface Row {
  readonly input_ids: number[];
  readonly new_ids: number[];
}

const load = (name = "opt-pre", device = "onnx:cpu") =>
  AutoModelForCausalLM.fromPretrained(golden(name), { device });

/** A sequence as it is returned: Python pads after the end. */
const whole = ({ input_ids: prompt, new_ids: ids }: Row): number[] => {
  const end = ids.indexOf(2);
  return [...prompt, ...(end < 0 ? ids : ids.slice(0, end + 1))];
};

describe.each(["gpu:cpu", "onnx:cpu"])("greedy ids are Python's on %s", (device) => {
  test.each(["opt-pre", "opt-post"])("%s", async (name) => {
    const model = await load(name, device);
    const { rows, max_new_tokens: maxNewTokens } = readGoldenJson(`${name}/expected/generation.json`);
    const prompts = rows.map((row: Row) => row.input_ids);
    expect(await model.generate(prompts, { maxNewTokens })).toEqual(rows.map(whole));
    expect(await model.generate(prompts[0], { maxNewTokens })).toEqual(whole(rows[0]));
  });
});

test("a left-padded batch with its mask", async () => {
  const model = await load("opt-post");
  const batch = readGoldenJson("opt-post/expected/generation.json").left_padded_batch;
  const results = await model.generate(batch.input_ids, {
    attentionMask: batch.attention_mask,
    maxNewTokens: 20,
  });
  const expected = batch.input_ids.map((ids: number[], i: number) =>
    whole({ input_ids: ids.filter((_, j) => batch.attention_mask[i][j] === 1), new_ids: batch.new_ids[i] }),
  );
  expect(results).toEqual(expected);
});

/** Says after token t: t + 1; counts what it was asked. */
const counting = async () => {
  const model = await load();
  return { model, first: (await model.generate([5], { maxNewTokens: 3 })).slice(1) };
};

describe("ends", () => {
  test("at an end-of-sequence id, others go on; shorter ones are filled when asked", async () => {
    const { model, first } = await counting();
    const stop = first[0]!;
    const other = await model.generate([2, 43, 383, 82], { maxNewTokens: 4, eosTokenId: null });
    const results = await model.generate([[5], [2, 43, 383, 82]], {
      maxNewTokens: 4,
      eosTokenId: [stop, 9999],
    });
    expect(results).toEqual([[5, stop], other]);
    const filled = await model.generate([[5], [2, 43, 383, 82]], {
      maxNewTokens: 4,
      eosTokenId: stop,
      padTokenId: 1,
    });
    expect(filled).toEqual([[5, stop, 1, 1, 1, 1, 1, 1], other]);
  });

  test("where the positions end, growing the cache on the way", async () => {
    const model = await load();
    const ids = await model.generate([5], { maxNewTokens: 1000, eosTokenId: null });
    expect(ids.length).toBe(model.config.maxPositionEmbeddings + 1);
    // What a cached step says must be what a fresh look at the same tokens says.
    expect(await model.generate(ids.slice(0, 100), { maxNewTokens: 20, eosTokenId: null })).toEqual(
      ids.slice(0, 120),
    );
  });

  test.each(["gpu:cpu", "gpu:webasm", "onnx:cpu", "onnx:wasm"])(
    "far beyond the first cache, on %s, at what a fresh look at the text says",
    async (device) => {
      for (const name of ["opt-pre", "llama-tiny", "mistral-tiny"]) {
        const model = await load(name, device);
        const prompts = [[5, 9, 7], [6]];
        const options = { maxNewTokens: 100, eosTokenId: null };
        for (const ids of await model.generate(prompts, options)) {
          const logits = await model.predict([ids.slice(0, -1)]);
          const [vocabSize, last] = [model.config.vocabSize, ids.length - 1];
          for (const place of [last - 40, last - 2, last - 1]) {
            const row = Array.from(logits.data.subarray(place * vocabSize, (place + 1) * vocabSize));
            expect(ids[place + 1], `${name} ${place}`).toBe(row.indexOf(Math.max(...row)));
          }
        }
      }
    },
    60_000,
  );

  test("at maxLength, after 20 tokens when nobody says, at once when there is nothing to do", async () => {
    const model = await load();
    expect((await model.generate([5, 6], { eosTokenId: null })).length).toBe(22);
    expect((await model.generate([5, 6], { maxLength: 5, eosTokenId: null })).length).toBe(5);
    expect(await model.generate([5, 6], { maxNewTokens: 0 })).toEqual([5, 6]);
    expect(await model.generate([])).toEqual([]);
    model.generationConfig = { maxNewTokens: 3, eosTokenId: null };
    expect((await model.generate([5, 6])).length).toBe(5);
  });
});

test("onToken hears each token in turn; a signal stops", async () => {
  const model = await load();
  const heard: GeneratedToken[] = [];
  const results = await model.generate([[5], [6, 7]], {
    maxNewTokens: 3,
    eosTokenId: null,
    onToken: (t) => heard.push(t),
  });
  expect(heard.filter((t) => t.sequence === 1).map((t) => t.id)).toEqual(results[1]!.slice(2));
  expect(heard.filter((t) => t.last).length).toBe(2);
  const abort = new AbortController();
  const stopped = model.generate([5], {
    maxNewTokens: 50,
    signal: abort.signal,
    onToken: () => abort.abort(new Error("enough")),
  });
  await expect(stopped).rejects.toThrow("enough");
});

test("train mode neither changes generation nor is changed by it", async () => {
  const model = await load();
  const expected = await model.generate([5], { maxNewTokens: 3, eosTokenId: null });
  model.train();
  model.lmHead.training = false;
  const modes = () => Array.from(model.namedModules(), ([, { training }]) => training);
  const before = modes();
  let during: boolean[] = [];
  const ids = await model.generate([5], {
    maxNewTokens: 3,
    eosTokenId: null,
    onToken: () => {
      during = modes();
    },
  });
  expect(ids).toEqual(expected);
  expect(during).toEqual(before);
  expect(modes()).toEqual(before);
});

/** A model whose engine counts what it compiles. */
const counted = async () => {
  const inner = await resolveDevice("gpu:cpu");
  let compiled = 0;
  const engine: Engine = {
    ...inner,
    compile: (graph) => {
      compiled++;
      return inner.compile(graph);
    },
  };
  const model = await AutoModelForCausalLM.fromPretrained(golden("opt-pre"), { device: engine });
  return { model, compiled: () => compiled };
};

test("a second call, and one with a prompt of like length, compiles nothing; another structure does", async () => {
  const { model, compiled } = await counted();
  const options = { maxNewTokens: 4, eosTokenId: null };
  await model.generate([5, 6, 7], options);
  expect(compiled()).toBe(2);
  await model.generate([5, 6, 7], options);
  await model.generate([8, 9, 10, 11, 12], options);
  model.train();
  await model.generate([5, 6, 7], options);
  expect(compiled()).toBe(2);
  const head = model.lmHead as Linear;
  const negated = new Linear(head.weight.shape[1]!, head.weight.shape[0]!, { bias: false });
  negated.weight.data.set(head.weight.data.map((value) => -value));
  const before = await model.generate([5, 6, 7], options);
  model.setSubmodule("lm_head", negated);
  expect(await model.generate([5, 6, 7], options)).not.toEqual(before);
  expect(compiled()).toBe(4);
  const other = await counted();
  model.device = other.model.device;
  await model.generate([5, 6, 7], options);
  expect([compiled(), other.compiled()]).toEqual([4, 2]);
});

test("calls whose cache grows compile nothing once one has grown", async () => {
  const { model, compiled } = await counted();
  const options = { maxNewTokens: 150, eosTokenId: null };
  const first = await model.generate([5, 6, 7], options);
  // A plan for the prompt, one for each of two sizes, and one that copied from the first to the second.
  expect(compiled()).toBe(4);
  await model.generate([5, 6, 7], options);
  const plans = compiled();
  expect(await model.generate([5, 6, 7], options)).toEqual(first);
  expect(compiled()).toBe(plans);
});

test("two calls at a time give each its answer, and one that throws leaves the model usable", async () => {
  const model = await load();
  const options = { maxNewTokens: 8, eosTokenId: null };
  const prompts = [[5], [2, 43, 383, 82], [6, 7]];
  const alone: number[][] = [];
  for (const prompt of prompts) alone.push(await model.generate(prompt, options));
  const broken = model.generate([5], {
    ...options,
    onToken: () => {
      throw new Error("nobody listens");
    },
  });
  const together = Promise.all(prompts.map((prompt) => model.generate(prompt, options)));
  await expect(broken).rejects.toThrow("nobody listens");
  expect(await together).toEqual(alone);
  model.train();
  expect(await model.generate(prompts[1]!, options)).toEqual(alone[1]);
});

test("a call that is stopped, or whose listener throws, leaves its plans to the next", async () => {
  const { model, compiled } = await counted();
  const options = { maxNewTokens: 4, eosTokenId: null };
  const expected = await model.generate([5, 6, 7], options);
  const abort = new AbortController();
  const stopping = { ...options, signal: abort.signal, onToken: () => abort.abort(new Error("enough")) };
  await expect(model.generate([8, 9], stopping)).rejects.toThrow("enough");
  const throws = () => {
    throw new Error("nobody listens");
  };
  await expect(model.generate([8, 9], { ...options, onToken: throws })).rejects.toThrow("nobody listens");
  expect(await model.generate([5, 6, 7], options)).toEqual(expected);
  expect(compiled()).toBe(2);
});

test("generation while a compiled function trains gives both their answers", async () => {
  const model = await load();
  const options = { maxNewTokens: 8, eosTokenId: null };
  const expected = await model.generate([5, 6], options);
  const int32 = (values: readonly number[]) => hostTensor(Int32Array.from(values), [1, values.length]);
  const feed = { inputIds: int32([5, 6, 7]), positionIds: int32([0, 1, 2]), segmentIds: int32([1, 1, 1]) };
  const step = compile(
    (inputs: CausalLMInputs) => {
      const loss = sum(model.forward(inputs).logits);
      return { loss, slopes: gradients(loss, [(model.lmHead as Linear).weight]) };
    },
    { device: model.device },
  );
  model.train();
  const alone = await step(feed);
  const steps = Promise.all([step(feed), step(feed), step(feed)]);
  expect(await model.generate([5, 6], options)).toEqual(expected);
  for (const together of await steps) expect(together).toEqual(alone);
  expect(await step(feed)).toEqual(alone);
  await step.dispose();
});

test("a signal that came before or during the prompt pass stops before a token", async () => {
  const model = await load();
  const heard: number[] = [];
  const onToken = ({ id }: GeneratedToken) => void heard.push(id);
  await expect(
    model.generate([5], { onToken, signal: AbortSignal.abort(new Error("before")) }),
  ).rejects.toThrow("before");
  const abort = new AbortController();
  const stopped = model.generate([5], { onToken, signal: abort.signal });
  abort.abort(new Error("during"));
  await expect(stopped).rejects.toThrow("during");
  expect(heard).toEqual([]);
});

test("auto stays auto until a graph is known", async () => {
  const model = await AutoModelForCausalLM.fromPretrained(golden("opt-pre"));
  const { device } = model;
  expect(device).toMatchObject({ name: "auto" });
  expect(await model.generate([5], { maxNewTokens: 3 })).toEqual(
    await (await load()).generate([5], { maxNewTokens: 3 }),
  );
  expect(device).toMatchObject({ name: "onnx:cpu" });
});

test("a named device whose engine was disposed is opened anew", async () => {
  const model = await load();
  const ids = await model.generate([5], { maxNewTokens: 3 });
  await (await resolveDevice("onnx:cpu")).dispose!();
  expect(await model.generate([5], { maxNewTokens: 3 })).toEqual(ids);
});

test("weights that are not numbers are said to be so", async () => {
  const model = await load();
  const weight = model.getInputEmbeddings().weight;
  weight.data.fill(Number.NaN);
  weight.touch();
  await expect(model.generate([5], { maxNewTokens: 2 })).rejects.toThrow(/logits are not numbers/);
});

describe("refuses", () => {
  const refused: [string, (model: CausalLM) => Promise<unknown>, RegExp][] = [
    [
      "an id beyond the vocabulary",
      (m) => m.generate([5, 452]),
      /prompt 0 has 452 at place 1; ids go from 0 to 451/,
    ],
    ["a fraction", (m) => m.generate([[5], [1.5]]), /prompt 1 has 1.5 at place 0/],
    ["an empty prompt", (m) => m.generate([[5], []]), /prompt 1 is empty/],
    [
      "a prompt that is too long",
      (m) => m.generate(new Array(129).fill(5)),
      /129 tokens; the model has 128 positions/,
    ],
    ["text", (m) => m.generate("hello" as never), /generate: "hello" is no token ids/],
    ["nothing", (m) => m.generate(null as never), /generate: null is no token ids/],
    ["texts in a list", (m) => m.generate(["a", "b"] as never), /generate: this array is no token ids/],
    [
      "a mask of text",
      (m) => m.generate([5], { attentionMask: "1" as never }),
      /generate: attentionMask: "1"/,
    ],
    ["text to predict of", (m) => m.predict("hello" as never), /predict: "hello" is no token ids/],
    ["nothing to predict of", (m) => m.predict(undefined as never), /predict: undefined is no token ids/],
    ["sampling", (m) => m.generate([5], { doSample: true }), /only greedy/],
    ["a negative count", (m) => m.generate([5], { maxNewTokens: -1 }), /maxNewTokens is -1/],
    ["a mask of another shape", (m) => generate(m, [[5]], { attentionMask: [[1, 1]] }), /differ in shape/],
  ];
  test.each(refused)("%s", async (_, act, message) => {
    await expect(act(await load())).rejects.toThrow(message);
  });
});
