import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  constant,
  Dropout,
  DropoutSeed,
  type DType,
  decodeHalf,
  Embedding,
  type Engine,
  encodeHalf,
  evaluate,
  gradients,
  initialize,
  LayerNorm,
  Linear,
  type Module,
  mul,
  type Parameter,
  RMSNorm,
  relu,
  Sequential,
  sum,
  type Tensor,
  TransposedLinear,
} from "../src";
import { gpuEngine } from "../src/engines/gpu";

let engine: Engine;
beforeAll(async () => {
  engine = await gpuEngine("cpu");
});
afterAll(() => engine.dispose?.());

const run = async (...tensors: Tensor[]): Promise<number[][]> =>
  (await evaluate(tensors, { device: engine })).map(({ data }) => Array.from(data));

const wave = (shape: readonly number[], seed = 0): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return constant(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + seed)),
    shape,
  );
};

const set = (parameter: Parameter, values: ArrayLike<number>): void => {
  parameter.data = Float32Array.from(values);
};

/** Layers with parameters, and something to feed them. */
const layers: Record<
  string,
  (dtype: DType) => { layer: Module & { forward(x: Tensor): Tensor }; x: Tensor }
> = {
  Linear: (dtype) => ({ layer: new Linear(4, 3, { dtype }), x: wave([2, 5, 4]) }),
  TransposedLinear: (dtype) => ({ layer: new TransposedLinear(4, 3, { dtype }), x: wave([2, 5, 4]) }),
  Embedding: (dtype) => ({
    layer: new Embedding(6, 3, { dtype, paddingIndex: 2 }),
    x: constant(Int32Array.of(5, 2, 0, 0, 2, 1), [2, 3]),
  }),
  LayerNorm: (dtype) => ({ layer: new LayerNorm(4, { dtype }), x: wave([3, 4]) }),
  RMSNorm: (dtype) => ({ layer: new RMSNorm(4, { dtype }), x: wave([3, 4]) }),
};

describe.each(Object.keys(layers))("%s", (kind) => {
  test.each(["float16", "bfloat16"] as const)("stored as %s is the layer of those values", async (dtype) => {
    const { layer, x } = layers[kind]!(dtype);
    const { layer: twin } = layers[kind]!("float32");
    expect(layer.kind).toBe(kind);
    initialize(twin, 1);
    const own = layer.parameters();
    twin.parameters().forEach((parameter, i) => {
      // Norms start as ones, which any dtype has: other values tell more.
      const values = parameter.data.map((value, j) => value + 0.1 * j) as Float32Array;
      own[i]!.data = encodeHalf(dtype, values);
      set(parameter, decodeHalf(dtype, encodeHalf(dtype, values)));
    });
    const all = (module: typeof layer) => {
      const y = module.forward(x);
      const loss = sum(mul(y, wave(y.shape, 3)));
      return [y, ...gradients(loss, module.parameters())];
    };
    const [half, full] = [await run(...all(layer)), await run(...all(twin))];
    full.forEach((values, i) => {
      expect(half[i]!).toBeAllclose(values, 1e-6);
      expect(values.some((value) => value !== 0)).toBe(true);
    });
  });
});

describe("a linear layer", () => {
  test("by its transposed weight is the same function, with the same gradients", async () => {
    const [linear, transposed] = [new Linear(4, 3), new TransposedLinear(4, 3)];
    initialize(linear, 5);
    const weight = linear.weight.data;
    set(
      transposed.weight,
      Array.from(weight, (_, i) => weight[(i % 3) * 4 + Math.floor(i / 3)]!),
    );
    set(transposed.bias!, linear.bias!.data);
    for (const shape of [[4], [2, 4], [2, 1, 3, 4], [0, 4]]) {
      const x = wave(shape);
      const all = (layer: Linear | TransposedLinear) => {
        const y = layer.forward(x);
        expect(y.shape).toEqual([...shape.slice(0, -1), 3]);
        return [y, ...gradients(sum(mul(y, wave(y.shape, 1))), [x, layer.bias!, layer.weight])];
      };
      const [a, b] = [await run(...all(linear)), await run(...all(transposed))];
      for (const i of [0, 1, 2]) expect(b[i]!).toBeAllclose(a[i]!, 1e-5);
      const gradient = a[3]!;
      const turned = gradient.map((_, i) => gradient[(i % 3) * 4 + Math.floor(i / 3)]!);
      expect(b[3]!).toBeAllclose(turned, 1e-5);
    }
  });

  test("may lack a bias", async () => {
    const layer = new TransposedLinear(2, 1, { bias: false });
    set(layer.weight, [2, 3]);
    expect(layer.parameters()).toEqual([layer.weight]);
    expect(await run(layer.forward(constant([1, 10], [2])))).toEqual([[32]]);
  });

  test("refuses what is not as wide as it", () => {
    const layer = new TransposedLinear(6, 2);
    expect(() => layer.forward(wave([3, 4]))).toThrow(
      "TransposedLinear: x is float32[3, 4]; takes float32 [..., 6]",
    );
    expect(() => layer.forward(constant([1], []))).toThrow("x is float32[]");
    expect(() => new Linear(6, 2).forward(wave([3, 4]))).toThrow(/linear: /);
  });
});

describe("an embedding", () => {
  const indices = constant(Int32Array.of(3, 1, 3, 0), [2, 2]);

  test("gives rows; those of padding get no gradient", async () => {
    for (const paddingIndex of [3, -1]) {
      const layer = new Embedding(4, 2, { paddingIndex });
      set(layer.weight, [1, 2, 3, 4, 5, 6, 7, 8]);
      const y = layer.forward(indices);
      const [rows, gradient] = await run(y, ...gradients(sum(mul(y, wave([2, 2, 2]))), [layer.weight]));
      expect(rows).toEqual([7, 8, 3, 4, 7, 8, 1, 2]);
      const dy = Array.from({ length: 8 }, (_, i) => Math.fround(Math.sin(i * 1.7)));
      expect(gradient!).toBeAllclose([dy[6]!, dy[7]!, dy[2]!, dy[3]!, 0, 0, 0, 0], 1e-6);
    }
  });

  test("without padding adds up the gradients of a row", async () => {
    const layer = new Embedding(4, 1);
    const [gradient] = await run(...gradients(sum(layer.forward(indices)), [layer.weight]));
    expect(gradient).toEqual([1, 1, 0, 2]);
    expect(layer.paddingIndex).toBeNull();
  });

  test("refuses a padding row that it lacks", () => {
    for (const paddingIndex of [4, -5, 0.5])
      expect(() => new Embedding(4, 2, { paddingIndex })).toThrow(
        `Embedding: paddingIndex is ${paddingIndex} of 4 rows; give -4 … 3`,
      );
  });
});

describe("norms", () => {
  const row = [1, 2, 4, -3];
  const x = constant([...row, ...row.map((value) => 10 * value)], [2, 4]);
  const mean = row.reduce((a, b) => a + b) / 4;
  const deviation = Math.sqrt(row.reduce((total, value) => total + (value - mean) ** 2, 0) / 4);
  const rootMeanSquare = Math.sqrt(row.reduce((total, value) => total + value ** 2, 0) / 4);

  test("start as the plain normalisation, with or without weights", async () => {
    const normal = row.map((value) => (value - mean) / deviation);
    const scaled = row.map((value) => value / rootMeanSquare);
    const layerNorms = [{}, { affine: false }, { bias: false }].map(
      (options) => new LayerNorm(4, { ...options, epsilon: 0 }),
    );
    const rmsNorms = [{}, { affine: false }].map((options) => new RMSNorm(4, { ...options, epsilon: 0 }));
    const rows = await run(...[...layerNorms, ...rmsNorms].map((layer) => layer.forward(x)));
    for (const values of rows.slice(0, 3)) expect(values).toBeAllclose([...normal, ...normal], 1e-5);
    for (const values of rows.slice(3)) expect(values).toBeAllclose([...scaled, ...scaled], 1e-5);
    const counts = [...layerNorms, ...rmsNorms].map((layer) => layer.parameters().length);
    expect(counts).toEqual([2, 0, 1, 1, 0]);
  });

  test("scale, and layer norms shift", async () => {
    const [layerNorm, rmsNorm] = [new LayerNorm(4, { epsilon: 0.5 }), new RMSNorm(4, { epsilon: 0.5 })];
    set(layerNorm.weight!, [1, 2, 3, 4]);
    set(layerNorm.bias!, [5, 6, 7, 8]);
    set(rmsNorm.weight!, [1, 2, 3, 4]);
    const [shifted, scaled] = await run(layerNorm.forward(x), rmsNorm.forward(x));
    const spread = Math.sqrt(deviation ** 2 + 0.5);
    const root = Math.sqrt(rootMeanSquare ** 2 + 0.5);
    expect(shifted!.slice(0, 4)).toBeAllclose(
      row.map((value, i) => ((value - mean) / spread) * (i + 1) + i + 5),
      1e-5,
    );
    expect(scaled!.slice(0, 4)).toBeAllclose(
      row.map((value, i) => (value / root) * (i + 1)),
      1e-5,
    );
  });

  test("refuse what is not as wide as they, also without weights", () => {
    for (const Norm of [LayerNorm, RMSNorm])
      expect(() => new Norm(3, { affine: false }).forward(x)).toThrow(
        `${Norm.name}: x is float32[2, 4]; takes float32 [..., 3]`,
      );
  });
});

describe("dropout", () => {
  const ones = constant(new Float32Array(4000).fill(1), [4000]);

  test("acts in train mode only, by the seed alone", async () => {
    const seed = new DropoutSeed();
    const dropout = new Dropout(0.25, seed);
    expect(dropout.forward(ones)).toBe(ones);
    dropout.train();
    const draw = async (value: number) => {
      seed.set(value);
      return (await run(dropout.forward(ones)))[0]!;
    };
    const [a, again, b] = [await draw(1), await draw(1), await draw(2)];
    expect(a).toEqual(again);
    expect(a).not.toEqual(b);
    expect(new Set(a)).toEqual(new Set([0, Math.fround(4 / 3)]));
    // A quarter of 4000 is zero, give or take four deviations.
    expect(Math.abs(a.filter((value) => value === 0).length - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  test("in two layers of one seed differs", async () => {
    const seed = new DropoutSeed();
    const [a, b] = await run(
      ...[new Dropout(0.5, seed), new Dropout(0.5, seed)].map((layer) => layer.train().forward(ones)),
    );
    expect(a).not.toEqual(b);
  });

  test("of all or nothing is exact, and so is its gradient", async () => {
    const seed = new DropoutSeed();
    const x = wave([5]);
    for (const [rate, kept] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const y = new Dropout(rate, seed).train().forward(x);
      const [values, gradient] = await run(y, ...gradients(sum(y), [x]));
      expect(values!.map(Math.abs)).toEqual((await run(mul(x, kept)))[0]!.map(Math.abs));
      expect(gradient).toEqual(new Array(5).fill(kept));
    }
  });

  test("refuses rates and seeds that mean nothing", () => {
    const seed = new DropoutSeed();
    for (const rate of [-0.1, 1.1, Number.NaN])
      expect(() => new Dropout(rate, seed)).toThrow(
        `Dropout: the rate is ${rate}; give a probability, 0 … 1`,
      );
    expect(() => seed.set(0.5)).toThrow("dropout: the seed is 0.5; give an integer");
    seed.set(-1);
    expect(seed.parameter.data[0]).toBe(2 ** 23 - 1);
  });
});

test("a sequence is its layers one after the other, also after one was replaced", async () => {
  const model = new Sequential(new Linear(2, 2), relu, new Linear(2, 1));
  initialize(model, 3);
  const [first, , last] = [model.at(0), model.at(1), model.at(-1)];
  if (!(first instanceof Linear && last instanceof Linear)) throw new Error("the layers are at their places");
  const x = wave([4, 2]);
  const [together, apart] = await run(model.forward(x), last.forward(relu(first.forward(x))));
  expect(together).toEqual(apart);
  const other = initialize(new Linear(2, 1), 4);
  model.setSubmodule("2", other);
  const [changed, expected] = await run(model.forward(x), other.forward(relu(first.forward(x))));
  expect(changed).toEqual(expected);
  expect(changed).not.toEqual(together);
  expect(model).toHaveLength(3);
});
