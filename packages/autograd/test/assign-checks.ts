import type { Engine, Tensor } from "../src";
import * as ops from "../src";
import {
  AdamW,
  assign,
  attention,
  compile,
  concat,
  constant,
  gradients,
  hostTensor,
  linear,
  matmul,
  mul,
  Parameter,
  slice,
  sum,
  tanh,
} from "../src";

/** Assigned parameters on one engine. Free of Node and of the test runner. */
export interface AssignCheck {
  readonly name: string;
  /** What is wrong, a sentence each. */
  readonly complaints: (engine: Engine) => Promise<readonly string[]>;
}

const wave = (size: number, by: number, scale = 1): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i * by + 1));
const zeros = (shape: readonly number[]): Parameter =>
  new Parameter(hostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape), {
    requiresGrad: false,
  });
const int = (value: number) => hostTensor(Int32Array.of(value), []);

/** max|a − b| / max|b| beyond the tolerance, as a complaint. */
const differ = (
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-5,
): string[] => {
  const scale = Math.max(1e-30, ...Array.from(expected, Math.abs));
  const error = Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!))) / scale;
  return actual.length === expected.length && error <= tolerance
    ? []
    : [
        `${what}: [${Array.from(actual).slice(0, 6)}…] for [${Array.from(expected).slice(0, 6)}…], off by ${error}`,
      ];
};

const rejection = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => String(error),
  );

const expectText = (what: string, actual: string, expected: string): string[] =>
  actual.includes(expected) ? [] : [`${what}: "${actual}" lacks "${expected}"`];

export const assignChecks: readonly AssignCheck[] = [
  {
    name: "a run reads what was before it, and the result has null in the place",
    complaints: async (device) => {
      const [a, b] = [new Parameter(hostTensor([1, 2, 3], [3])), new Parameter(hostTensor([4, 5, 6], [3]))];
      const swap = compile(
        (x: Tensor) => ({ sum: ops.add(a.tensor, x), swapped: [assign(a, b.tensor), assign(b, a.tensor)] }),
        { device },
      );
      const x = hostTensor([10, 10, 10], [3]);
      const first = await swap(x);
      const second = await swap(x);
      const complaints = [
        ...differ("the sum", first.sum.data, [11, 12, 13]),
        ...differ("the next sum", second.sum.data, [14, 15, 16]),
        ...differ("a", await a.fetch(), [1, 2, 3]),
        ...differ("b", await b.fetch(), [4, 5, 6]),
        ...(first.swapped.every((leaf) => leaf === null) ? [] : ["the result has values of assignments"]),
      ];
      await swap.dispose();
      return complaints;
    },
  },
  {
    name: "parts are written along every axis, of every length",
    complaints: async (device) => {
      const complaints: string[] = [];
      for (const axis of [0, 1, 2])
        for (const length of [1, 2, 4]) {
          const shape = [4, 5, 6];
          const cache = new Parameter(hostTensor(wave(120, 0.7), shape));
          const expected = cache.data.slice();
          const part = shape.map((size, i) => (i === axis ? length : size));
          const size = part.reduce((a, b) => a * b, 1);
          const write = compile(
            (value: Tensor, start: Tensor) => assign(cache, mul(value, 2), { axis, start }),
            { device },
          );
          for (const start of [0, shape[axis]! - length]) {
            const value = wave(size, 0.3 + start);
            await write(hostTensor(value, part), int(start));
            value.forEach((number, i) => {
              const at = [
                Math.floor(i / (part[1]! * part[2]!)),
                Math.floor(i / part[2]!) % part[1]!,
                i % part[2]!,
              ];
              at[axis]! += start;
              expected[(at[0]! * 5 + at[1]!) * 6 + at[2]!] = Math.fround(number * 2);
            });
          }
          complaints.push(...differ(`axis ${axis}, length ${length}`, await cache.fetch(), expected, 1e-6));
          await write.dispose();
        }
      return complaints;
    },
  },
  {
    name: "int32 and half-precision parameters are assigned to",
    complaints: async (device) => {
      const count = new Parameter(hostTensor(Int32Array.of(1, 2, 3), [3]), { requiresGrad: false });
      const half = new Parameter(
        hostTensor(ops.encodeHalf("float16", Float32Array.of(1, 2, 3)), [3], "float16"),
        { requiresGrad: false },
      );
      const step = compile(
        () => [assign(count, ops.add(count.tensor, 1)), assign(half, ops.flip(half.tensor))],
        { device },
      );
      await step();
      await step();
      await step();
      await step.dispose();
      return [
        ...differ("int32", await count.fetch(), [4, 5, 6]),
        ...differ("float16", ops.decodeHalf("float16", (await half.fetch()) as Uint16Array), [3, 2, 1]),
      ];
    },
  },
  {
    name: "keys and values cached token by token attend as all at once",
    complaints: async (device) => {
      const [heads, width, count, room] = [2, 4, 9, 12];
      const size = heads * width;
      const weights = [0.31, 0.57, 0.83].map((by) => constant(wave(size * size, by, 0.5), [size, size]));
      const apart = (x: Tensor) =>
        weights.map((w) =>
          ops.transpose(ops.reshape(linear(x, w), [1, x.shape[0]!, heads, width]), [0, 2, 1, 3]),
        );
      const whole = compile(
        (x: Tensor) => {
          const [q, k, v] = apart(x) as [Tensor, Tensor, Tensor];
          return attention(q, k, v, { causal: true });
        },
        { device },
      );
      const shape = [1, heads, room, width];
      const [keys, values] = [zeros(shape), zeros(shape)];
      const step = compile(
        (x: Tensor, place: Tensor) => {
          const [q, k, v] = apart(x) as [Tensor, Tensor, Tensor];
          const open = ops.reshape(ops.less(ops.arange(0, room, { dtype: "int32" }), place), [1, 1, 1, room]);
          const past = ops.where(
            open,
            mul(matmul(q, keys.tensor, { transposeB: true }), width ** -0.5),
            -1e9,
          );
          const here = mul(matmul(q, k, { transposeB: true }), width ** -0.5);
          const shares = ops.softmax(concat([past, here], 3), -1);
          const out = ops.add(
            matmul(slice(shares, [0, 0, 0, 0], [1, heads, 1, room]), values.tensor),
            mul(slice(shares, [0, 0, 0, room], [1, heads, 1, room + 1]), v),
          );
          return {
            out,
            cached: [keys, values].map((p, i) => assign(p, [k, v][i]!, { axis: 2, start: place })),
          };
        },
        { device },
      );
      const tokens = wave(count * size, 0.17);
      const { data: expected } = await whole(hostTensor(tokens, [count, size]));
      const complaints: string[] = [];
      for (let t = 0; t < count; t++) {
        const { out } = await step(hostTensor(tokens.slice(t * size, (t + 1) * size), [1, size]), int(t));
        const row = Array.from({ length: size }, (_, i) => {
          const [head, w] = [Math.floor(i / width), i % width];
          return expected[(head * count + t) * width + w]!;
        });
        complaints.push(...differ(`token ${t}`, out.data, row, 1e-4));
      }
      await Promise.all([whole.dispose(), step.dispose()]);
      return complaints;
    },
  },
  {
    name: "AdamW as a graph, weights and moments assigned, follows AdamW on the host for 20 steps",
    complaints: async (device) => {
      const [rows, inner] = [6, 5];
      const start = [wave(inner * 3, 1.7, 0.5), wave(inner, 0.9, 0.2), wave(inner, 2.3, 0.3)];
      const shapes = [[inner, 3], [inner], [1, inner]];
      const make = () => start.map((values, i) => new Parameter(hostTensor(values.slice(), shapes[i]!)));
      const lossOf = (x: Tensor, y: Tensor, [w, b, v]: readonly Parameter[]) => {
        const error = ops.sub(linear(tanh(linear(x, w!, b!)), v!), y);
        return sum(mul(error, error));
      };
      const [learningRate, weightDecay, beta1, beta2, epsilon] = [0.02, 0.1, 0.9, 0.999, 1e-8];

      const hosted = make();
      const optimizer = new AdamW(hosted, { learningRate, weightDecay });
      const slopes = compile(
        (x: Tensor, y: Tensor) => {
          const loss = lossOf(x, y, hosted);
          return { loss, slopes: gradients(loss, hosted) };
        },
        { device: "gpu:cpu" },
      );

      const weights = make();
      const moments = shapes.map((shape) => [zeros(shape), zeros(shape)] as const);
      const step = compile(
        (x: Tensor, y: Tensor, corrections: Tensor) => {
          const loss = lossOf(x, y, weights);
          const [c1, c2] = [slice(corrections, [0], [1]), slice(corrections, [1], [2])];
          const updates = gradients(loss, weights).flatMap((g, i) => {
            const [m, v] = moments[i]!;
            const first = ops.add(mul(m.tensor, beta1), mul(g, 1 - beta1));
            const second = ops.add(mul(v.tensor, beta2), mul(mul(g, g), 1 - beta2));
            const move = ops.div(ops.div(first, c1), ops.add(ops.sqrt(ops.div(second, c2)), epsilon));
            const kept = mul(weights[i]!.tensor, 1 - learningRate * weightDecay);
            return [
              assign(weights[i]!, ops.sub(kept, mul(move, learningRate))),
              assign(m, first),
              assign(v, second),
            ];
          });
          return { loss, updates };
        },
        { device },
      );
      const x = hostTensor(wave(rows * 3, 0.9), [rows, 3]);
      const y = hostTensor(wave(rows, 0.4), [rows, 1]);
      const complaints: string[] = [];
      for (let t = 1; t <= 20; t++) {
        const expected = await slopes(x, y);
        optimizer.step(expected.slopes);
        const corrections = hostTensor([1 - beta1 ** t, 1 - beta2 ** t], [2]);
        const { loss } = await step(x, y, corrections);
        complaints.push(...differ(`loss ${t}`, loss.data, expected.loss.data, 1e-4));
      }
      for (const [i, weight] of weights.entries())
        complaints.push(...differ(`weight ${i}`, await weight.fetch(), hosted[i]!.data, 1e-4));
      await Promise.all([slopes.dispose(), step.dispose()]);
      return complaints;
    },
  },
  {
    name: "runs that are not waited for go in the order of their calls",
    complaints: async (device) => {
      const state = new Parameter(hostTensor([1, 1], [2]));
      const step = compile((x: Tensor) => assign(state, ops.add(mul(state.tensor, 2), x)), { device });
      const read = compile((x: Tensor) => mul(state, x), { device });
      const one = hostTensor([1, 1], [2]);
      const results = await Promise.all(
        [1, 2, 3].flatMap((n) => [step(hostTensor([n, n], [2])).then(() => null), read(one)]),
      );
      const seen = results.flatMap((value) => (value === null ? [] : [value.data[0]!]));
      const complaints = differ("what readers saw", seen, [3, 8, 19]);
      void step(one);
      complaints.push(...differ("what fetch waited for", await state.fetch(), [39, 39]));
      await Promise.all([step.dispose(), read.dispose()]);
      return complaints;
    },
  },
  {
    name: "a part begins where the graph says, known or computed",
    complaints: async (device) => {
      const cache = zeros([2, 4]);
      const write = (start: (x: Tensor) => Tensor | number) =>
        compile((x: Tensor) => assign(cache, ops.ones([2, 1]), { axis: 1, start: start(x) }), { device });
      const fixed = write(() => 0);
      const counted = write((x) => ops.add(x, 1));
      await fixed(int(2));
      await counted(int(2));
      await Promise.all([fixed.dispose(), counted.dispose()]);
      return differ("the cache", await cache.fetch(), [1, 0, 0, 1, 1, 0, 0, 1]);
    },
  },
  {
    name: "a run that fails assigns nothing, and says why",
    complaints: async (device) => {
      const [cache, count] = [zeros([2, 3]), zeros([1])];
      const write = compile(
        (value: Tensor, start: Tensor) => [
          assign(count, ops.add(count.tensor, 1)),
          assign(cache, value, { axis: 1, start }),
        ],
        { device },
      );
      const value = hostTensor([7, 8], [2, 1]);
      const complaints = [-1, 3].flatMap((start) => [start]);
      const said: string[] = [];
      for (const start of complaints) said.push(await rejection(write(value, int(start))));
      await write(value, int(2));
      const after = [...(await count.fetch()), ...(await cache.fetch())];
      await write.dispose();
      return [
        ...said.flatMap((text, i) =>
          expectText("a part", text, `assign: 1 places from ${complaints[i]} on pass the 3 of axis 1`),
        ),
        ...differ("values", after, [1, 0, 0, 7, 0, 0, 8]),
      ];
    },
  },
  {
    name: "values given on the host are the newest, and other devices read what this one assigned",
    complaints: async (device) => {
      const state = new Parameter(hostTensor([1, 2], [2]));
      const twice = compile(() => assign(state, mul(state.tensor, 2)), { device });
      const elsewhere = compile(
        (x: Tensor) => ({ y: ops.add(state, x), set: assign(state, ops.neg(state.tensor)) }),
        {
          device: "gpu:cpu",
        },
      );
      const none = hostTensor([0, 0], [2]);
      await twice();
      state.data = Float32Array.of(5, 6);
      await twice();
      const { y } = await elsewhere(none);
      await twice();
      const complaints = [
        ...differ("there", y.data, [10, 12]),
        ...differ("at the end", await state.fetch(), [-20, -24]),
        ...differ("data", state.data, [-20, -24]),
      ];
      state.data[0] = 1;
      state.touch();
      await twice();
      complaints.push(...differ("written in place", await state.fetch(), [2, -48]));
      await Promise.all([twice.dispose(), elsewhere.dispose()]);
      return complaints;
    },
  },
];

/** For engines with memory of their own. They count bytes, so they come first: what others forgot may go meanwhile. */
export const residenceChecks: readonly AssignCheck[] = [
  {
    name: "plans share one copy of a weight, and a run moves its inputs and outputs",
    complaints: async (device) => {
      const before = device.memory!.residentBytes;
      const weight = new Parameter(hostTensor(wave(4096, 0.1), [64, 64]), { requiresGrad: false });
      const state = zeros([64, 4]);
      const forward = (x: Tensor) => linear(x, weight);
      const plans = [
        compile((x: Tensor) => sum(tanh(forward(x))), { device }),
        compile((x: Tensor) => ({ s: sum(forward(x)), set: assign(state, ops.transpose(forward(x))) }), {
          device,
        }),
      ] as const;
      const x = hostTensor(wave(256, 0.2), [4, 64]);
      for (const plan of plans) await plan(x);
      const held = device.memory!.residentBytes - before;
      const complaints = held === 4 * (4096 + 256) ? [] : [`${held} bytes resident for ${4 * (4096 + 256)}`];
      const traffic = { ...device.memory!.traffic };
      await plans[0](x);
      await plans[1](x);
      const [bytesIn, bytesOut] = [
        device.memory!.traffic.bytesIn - traffic.bytesIn,
        device.memory!.traffic.bytesOut - traffic.bytesOut,
      ];
      if (bytesIn !== 2 * 1024 || bytesOut !== 2 * 4) complaints.push(`${bytesIn} in, ${bytesOut} out`);
      const profile = await plans[1].profile(x);
      if (profile.bytesIn !== 1024 || profile.bytesOut !== 4)
        complaints.push(`a profile tells ${profile.bytesIn} in, ${profile.bytesOut} out`);
      await state.fetch();
      if (device.memory!.traffic.bytesOut - traffic.bytesOut < 1024) complaints.push("fetch is not counted");
      for (const plan of plans) await plan.dispose();
      weight.dispose();
      state.dispose();
      const last = compile((y: Tensor) => ops.neg(y), { device });
      await last(x);
      await last.dispose();
      if (device.memory!.residentBytes !== before)
        complaints.push(`${device.memory!.residentBytes} bytes stay, ${before} before`);
      return complaints;
    },
  },
  {
    name: "a weight that changes is sent again, once",
    complaints: async (device) => {
      const size = 256;
      const weight = new Parameter(hostTensor(new Float32Array(size), [size]), { requiresGrad: false });
      const plans = [1, 2].map((n) => compile((x: Tensor) => sum(mul(mul(x, weight), n)), { device }));
      const x = hostTensor([1], [1]);
      for (const plan of plans) await plan(x);
      weight.data = new Float32Array(size).fill(0.5);
      const { bytesIn } = device.memory!.traffic;
      const seen = [];
      for (const plan of plans) seen.push(...(await plan(x)).data);
      const moved = device.memory!.traffic.bytesIn - bytesIn;
      for (const plan of plans) await plan.dispose();
      return [
        ...differ("sums", seen, [128, 256]),
        ...(moved === 4 * size + 2 * 4 ? [] : [`${moved} bytes were sent`]),
      ];
    },
  },
  {
    name: "data of a parameter whose newest values are there is an error that says how to get them",
    complaints: async (device) => {
      const state = new Parameter(hostTensor([1, 2], [2]));
      const twice = compile(() => assign(state, mul(state.tensor, 2)), { device });
      await twice();
      let said = "no error";
      try {
        void state.data;
      } catch (error) {
        said = String(error);
      }
      const complaints = expectText(
        "data",
        said,
        `the newest values of Parameter(float32[2]) are on ${device.name}; await its fetch()`,
      );
      await twice.dispose();
      return [...complaints, ...differ("after the plan is gone", await state.fetch(), [2, 4])];
    },
  },
];
