import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  attention,
  attentionMask,
  causalSegmentMask,
  constant,
  dropout,
  gather,
  hostTensor,
  makeGraph,
  pullback,
  reshape,
  rotaryEmbedding,
  rotaryTables,
  sum,
  Tensor,
} from "../src";
import { devices, draws, runOn } from "./devices";

const tensor = (shape: readonly number[], seed: number) =>
  hostTensor(
    draws(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
const zeros = (...shape: number[]) => constant(new Float32Array(shape.reduce((a, b) => a * b)), shape);

describe.each(devices)("%s", (device) => {
  test("a packed row gives what its examples give alone, and their gradients", async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.constantFrom(undefined, 2), async (parts, slidingWindow) => {
        const length = parts.reduce((a, b) => a + b);
        const ids = hostTensor(Int32Array.from(parts.flatMap((n, i) => new Array(n).fill(i))), [1, length]);
        const options = { causal: true, ...(slidingWindow === undefined ? {} : { slidingWindow }) };
        const feeds = [1, 2, 3, 4].map((seed) => tensor([1, 2, length, 3], seed));
        const packed = await runOn(device, [...feeds, ids], (q, k, v, dy, segmentIds) => {
          const y = attention(q!, k!, v!, { ...options, segmentIds: segmentIds! });
          return [y, ...pullback([y], [dy!], [q!, k!, v!])];
        });
        let from = 0;
        for (const n of parts) {
          const places = constant(
            Int32Array.from({ length: n }, (_, i) => from + i),
            [n],
          );
          const whole = packed.map(({ data, shape }) => constant(data, shape));
          const [expected, alone] = await Promise.all([
            runOn(device, [], () => whole.map((x) => gather(x, places, 2))),
            runOn(device, feeds, (...all) => {
              const [q, k, v, dy] = all.map((x) => gather(x, places, 2)) as [Tensor, Tensor, Tensor, Tensor];
              const y = attention(q, k, v, options);
              return [y, ...pullback([y], [dy], [q, k, v])];
            }),
          ]);
          alone.forEach(({ data }, i) => {
            for (const [j, x] of data.entries()) expect(x).toBeCloseTo(Number(expected[i]!.data[j]), 5);
          });
          from += n;
        }
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  test("queries after a cache are the last rows of the whole", async () => {
    const [length, last] = [6, 2];
    const feeds = [1, 2, 3].map((seed) => tensor([2, 2, length, 3], seed));
    const ids = hostTensor(Int32Array.of(1, 1, 2, 2, 2, 2, 1, 2, 2, 2, 3, 3), [2, length]);
    const [whole, part] = await runOn(device, [...feeds, ids], (...[q, k, v, keySegmentIds]) => {
      const places = constant(Int32Array.of(length - last, length - 1), [last]);
      const options = { causal: true, slidingWindow: 3 };
      const all = attention(q!, k!, v!, { ...options, segmentIds: keySegmentIds! });
      const recent = attention(gather(q!, places, 2), k!, v!, {
        ...options,
        segmentIds: gather(keySegmentIds!, places, 1),
        keySegmentIds: keySegmentIds!,
      });
      return [gather(all, places, 2), recent];
    });
    expect(part!.data).toBeAllclose(whole!.data, 1e-6);
  });

  test("a query that may attend to nothing gets the mean of the values, and all gradients are finite", async () => {
    const feeds = [1, 2, 3, 4].map((seed) => tensor([1, 2, 3, 2], seed));
    const mask = hostTensor(Uint8Array.of(1, 0, 1, 0, 0, 0, 1, 1, 1), [3, 3]);
    const [y, ...derivatives] = await runOn(device, [...feeds, mask], (q, k, v, dy, allowed) => {
      const out = attention(q!, k!, v!, { mask: allowed! });
      const first = pullback([out], [dy!], [q!, k!, v!]);
      return [out, ...first, ...pullback(first, [q!, k!, v!], [q!, k!, v!])];
    });
    const values = feeds[2]!.data;
    for (const head of [0, 1])
      for (const c of [0, 1]) {
        const mean = [0, 1, 2].reduce((total, i) => total + values[head * 6 + i * 2 + c]! / 3, 0);
        expect(y!.data[head * 6 + 2 + c]).toBeCloseTo(mean, 6);
      }
    for (const { data } of derivatives) expect(data.every(Number.isFinite)).toBe(true);
  });

  test("long causal rows, which are computed in parts, give what a mask gives", async () => {
    const [rows, heads, length, width] = [2, 2, 520, 2];
    for (const [keys, options] of [
      [length, {}],
      [length + 9, { slidingWindow: 70 }],
    ] as const) {
      const feeds = [
        tensor([rows, heads, length, width], 1),
        tensor([rows, 1, keys, width], 2),
        tensor([rows, 1, keys, width], 3),
        tensor([rows, heads, length, width], 4),
        tensor([heads, 1, keys], 5),
        hostTensor(
          Int32Array.from(
            { length: rows * keys },
            (_, i) => Math.floor((i % keys) / 150) * (i < keys ? 1 : 0),
          ),
          [rows, keys],
        ),
      ];
      const results = await runOn(device, feeds, (...[q, k, v, dy, bias, keySegmentIds]) => {
        const segmentIds = gather(
          keySegmentIds!,
          constant(
            Int32Array.from({ length }, (_, i) => keys - length + i),
            [length],
          ),
          1,
        );
        const all = { ...options, causal: true, segmentIds, keySegmentIds: keySegmentIds! };
        const parts = attention(q!, k!, v!, { ...all, bias: bias! });
        const mask = add(attentionMask(length, keys, all), bias!);
        const whole = attention(q!, k!, v!, { mask });
        return [parts, whole].flatMap((y) => [y, ...pullback([y], [dy!], [q!, k!, v!, bias!])]);
      });
      for (let i = 0; i < 5; i++) expect(results[i]!.data).toBeAllclose(results[5 + i]!.data, 1e-5);
    }
  });

  test("dropout acts on the weights: with weights all alike, on the values' mean", async () => {
    const [rows, heads, length, keys] = [2, 3, 40, 50];
    const [y, mask] = await runOn(device, [tensor([rows, heads, length, 4], 1)], (q) => {
      const k = zeros(rows, heads, keys, 4);
      const ones = constant(new Float32Array(rows * heads * keys).fill(1), [rows, heads, keys, 1]);
      const drop = (weights: Tensor) => dropout(weights, 0.25, 7, 1);
      const expected = sum(
        drop(
          constant(new Float32Array(rows * heads * length * keys).fill(1 / keys), [
            rows,
            heads,
            length,
            keys,
          ]),
        ),
        { axes: -1, keepDims: true },
      );
      return [attention(q!, k, ones, { dropout: drop }), expected];
    });
    expect(y!.data).toBeAllclose(mask!.data, 1e-5);
    expect(new Set(y!.data).size).toBeGreaterThan(5);
  });
});

test("long causal rows are computed in parts, but not where dropout acts: parts would draw alike", () => {
  const [q, k, v] = [1, 2, 3].map((seed) => {
    const { data, shape } = tensor([1, 1, 1024, 2], seed);
    return constant(data, shape);
  }) as [Tensor, Tensor, Tensor];
  const largest = (dropout?: (weights: Tensor) => Tensor) => {
    const y = attention(q, k, v, { causal: true, ...(dropout === undefined ? {} : { dropout }) });
    return Math.max(...makeGraph([], [y]).nodes.map(({ size }) => size));
  };
  expect(largest()).toBe(256 * 1024);
  expect(largest((weights) => weights)).toBe(256 * 1024);
  expect(largest((weights) => dropout(weights, 0.5, 1))).toBe(1024 * 1024);
});

test("layers that share segment ids share their masks", () => {
  const ids = constant(new Int32Array(6), [1, 6]);
  const x = constant(draws(12, 1), [1, 1, 6, 2]);
  const layer = (y: Tensor) => attention(y, y, y, { causal: true, segmentIds: ids });
  const count = (y: Tensor) => makeGraph([], [y]).nodes.filter(({ op }) => op === "where").length;
  expect(count(layer(layer(x)))).toBe(1);
});

test("masks are made once: the mask as an option is the options themselves", async () => {
  const ids = hostTensor(Int32Array.of(1, 1, 2, 2, 2, 3), [2, 3]);
  const feeds = [1, 2, 3].map((seed) => tensor([2, 2, 3, 2], seed));
  const [options, made, packed, segments] = await runOn("gpu:cpu", [...feeds, ids], (q, k, v, segmentIds) => {
    const choice = { causal: true, segmentIds: segmentIds! };
    const mask = attentionMask(3, 3, choice);
    return [
      attention(q!, k!, v!, choice),
      attention(q!, k!, v!, { mask }),
      mask,
      causalSegmentMask(segmentIds!),
    ];
  });
  expect(made!.data).toEqual(options!.data);
  expect(segments!.data).toEqual(packed!.data);
  expect([...packed!.data.slice(0, 9)]).toEqual([0, -1e9, -1e9, 0, 0, -1e9, -1e9, -1e9, 0]);
  const [open] = await runOn("gpu:cpu", [], () => [attentionMask(2, 3, {})]);
  expect([...open!.data]).toEqual([0, 0, 0, 0, 0, 0]);
});

test("grouped heads do not repeat keys and values", () => {
  const [q, k, v] = [
    [1, 8, 16, 4],
    [1, 2, 16, 4],
    [1, 2, 16, 4],
  ].map((shape, index) => new Tensor("input", [], { index }, shape, "float32")) as [Tensor, Tensor, Tensor];
  const y = attention(q, k, v, { causal: true });
  const { nodes } = makeGraph([q, k, v], pullback([y], [y], [q, k, v]));
  const largest = Math.max(...nodes.map(({ size }) => size));
  expect(largest).toBe(8 * 16 * 16);
  expect(nodes.some(({ op, size }) => op === "broadcastTo" && size > k.size)).toBe(false);
});

describe("rotary embedding", () => {
  const scores = async (shift: number, interleaved: boolean): Promise<readonly number[]> => {
    const [length, width] = [5, 8];
    const positions = Array.from({ length }, (_, i) => i + shift);
    const { cos, sin } = rotaryTables(positions, width);
    const [y] = await runOn("gpu:cpu", [tensor([1, 1, length, width], 1), cos, sin], (x, c, s) => {
      const turned = reshape(rotaryEmbedding(x!, c!, s!, { interleaved }), [1, 1, length, width]);
      return [attention(turned, turned, x!, { causal: true })];
    });
    return [...(y!.data as Float32Array)];
  };

  test.each([false, true])(
    "makes attention depend on distances alone (interleaved: %s)",
    async (interleaved) => {
      expect(await scores(1000, interleaved)).toBeAllclose(await scores(0, interleaved), 1e-5);
    },
  );

  test("keeps the length of every pair, and turns back by −angle", async () => {
    const { cos, sin } = rotaryTables(6, 4);
    const x = tensor([2, 3, 6, 7], 1);
    const [turned, back] = await runOn("gpu:cpu", [x, cos, sin], (t, c, s) => {
      const y = rotaryEmbedding(t!, c!, s!);
      return [y, ...pullback([y], [y], [t!])];
    });
    expect(turned!.data).not.toBeAllclose(x.data, 0.1);
    expect(back!.data).toBeAllclose(x.data, 1e-6);
  });

  test("tables are right to the last digit also far out", () => {
    const { cos, sin } = rotaryTables([0, 123456], 2, { base: 10 });
    expect([...cos.data]).toEqual([1, Math.fround(Math.cos(123456))]);
    expect([...sin.data]).toEqual([0, Math.fround(Math.sin(123456))]);
  });

  test("refuses what does not fit", () => {
    const x = zeros(2, 1, 3, 4);
    expect(() => rotaryEmbedding(x, zeros(3, 3), zeros(3, 3))).toThrow(
      "rotaryEmbedding: x float32[2, 1, 3, 4], cos float32[3, 3], sin float32[3, 3]; takes",
    );
    expect(() => rotaryEmbedding(x, zeros(4, 2), zeros(4, 2))).toThrow("takes float32 [rows, heads");
    expect(() => rotaryEmbedding(zeros(3, 4), zeros(3, 2), zeros(3, 2))).toThrow(
      "rotaryEmbedding: x float32[3, 4]",
    );
    expect(() => rotaryTables(4, 3)).toThrow("rotaryTables: the width is 3; give an even number from 2");
    expect(() => rotaryTables(-1, 4)).toThrow("rotaryTables: -1 positions; give an integer from 0");
    expect(() => rotaryTables(4, 4, { base: 0 })).toThrow("rotaryTables: the base is 0");
  });
});

describe("attention refuses", () => {
  const q = zeros(2, 4, 3, 2);
  const k = zeros(2, 2, 3, 2);
  const ids = (...shape: number[]) => constant(new Int32Array(shape.reduce((a, b) => a * b)), shape);
  test.each([
    [() => attention(q, zeros(2, 3, 3, 2), zeros(2, 3, 3, 2)), "heads a multiple of kvHeads"],
    [
      () => attention(q, zeros(2, 2, 3, 5), k),
      "attention: q float32[2, 4, 3, 2], k float32[2, 2, 3, 5], v float32[2, 2, 3, 2]; takes",
    ],
    [() => attention(q, k, zeros(2, 2, 4, 2)), "v float32[2, 2, 4, 2]; takes"],
    [() => attention(sum(q), k, k), "attention: q float32[], k"],
    [() => attention(q, k, k, { scale: Number.NaN }), "attention: the scale is NaN; give a number"],
    [
      () => attention(q, k, k, { slidingWindow: 0 }),
      "attention: the sliding window is 0; give an integer from 1",
    ],
    [
      () => attention(q, k, k, { mask: zeros(2, 3, 3, 3) }),
      "attention: the mask is float32[2, 3, 3, 3]; takes bool or float32 that broadcasts to the scores [2, 4, 3, 3]",
    ],
    [
      () => attention(q, k, k, { bias: ids(3, 3) }),
      "attention: the bias is int32[3, 3]; takes float32 that broadcasts",
    ],
    [
      () => attention(q, k, k, { segmentIds: ids(2, 4) }),
      "attention: segment ids int32[2, 4] of the queries and int32[2, 4] of the keys; takes int32 [rows, 3] and [rows, 3]",
    ],
    [() => attention(q, k, k, { keySegmentIds: ids(2, 3) }), "segment ids none of the queries"],
    [
      () => attention(q, zeros(2, 2, 2, 2), zeros(2, 2, 2, 2), { causal: true }),
      "attention: 3 queries and 2 keys; causal attention takes at least as many keys",
    ],
  ])("%#", (build, message) => {
    expect(build).toThrow(message);
  });
});
