import { describe, expect, test } from "vitest";
import {
  Embedding,
  type Initializer,
  initialize,
  LayerNorm,
  Linear,
  Module,
  Parameter,
  RandomStream,
  RMSNorm,
  relu,
  Sequential,
  type Tensor,
  TransposedLinear,
} from "../src";

const many = 40_000;

/** Largest distance of the sample's distribution from a law's (Kolmogorov and Smirnov), times √n. */
const distanceFrom = (values: ArrayLike<number>, law: (x: number) => number): number => {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const gaps = Array.from(sorted, (x, i) => Math.max((i + 1) / n - law(x), law(x) - i / n));
  return gaps.reduce((a, b) => Math.max(a, b), 0) * Math.sqrt(n);
};

/** Passed by 1 sample in 10⁵; the seeds are fixed, so that it is passed by none. */
const limit = 2.47;

const uniformLaw = (bound: number) => (x: number) => (x + bound) / (2 * bound);

/** The normal distribution, from erf by its series (Abramowitz & Stegun 7.1.6), for |x| < 8. */
const normalLaw = (deviation: number) => (x: number) => {
  const t = x / deviation;
  let [term, sum] = [t, t];
  for (let k = 1; k < 200; k++) {
    term *= (t * t) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)) * sum;
};

const moment = (values: ArrayLike<number>, power: number): number =>
  Array.from(values).reduce((total, x) => total + x ** power, 0) / values.length;

describe("the stream of random numbers", () => {
  test("is the same everywhere", () => {
    // The bits were worked out apart, in Python's integers, from the definition of the generator.
    expect(Array.from({ length: 4 }, (_, i) => new RandomStream(i).bits())).toMatchInlineSnapshot(`
      [
        1918869625,
        2704720301,
        2205493876,
        731882272,
      ]
    `);
    const stream = new RandomStream(2 ** 40 + 7);
    expect(Array.from({ length: 4 }, () => stream.normal())).toMatchInlineSnapshot(`
      [
        -0.9918098807806334,
        0.7709344047652424,
        0.18996373326510788,
        -1.3957428370105986,
      ]
    `);
  });

  test("is uniform and normal", () => {
    const stream = new RandomStream(11);
    const uniform = Float64Array.from({ length: many }, () => stream.uniform());
    const normal = Float64Array.from({ length: many }, () => stream.normal());
    expect(distanceFrom(uniform, (x) => x)).toBeLessThan(limit);
    expect(distanceFrom(normal, normalLaw(1))).toBeLessThan(limit);
    expect(Math.min(...uniform)).toBeGreaterThan(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(moment(normal, 4)).toBeCloseTo(3, 0);
    // Neighbours have nothing to do with each other, nor have the two of a pair with the next two.
    for (const lag of [1, 2, 3]) {
      const products = normal.subarray(lag).map((x, i) => x * normal[i]!);
      expect(Math.abs(moment(products, 1)) * Math.sqrt(many)).toBeLessThan(4);
    }
  });

  test("differs between seeds, also far ones, and refuses what is no seed", () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 52];
    expect(new Set(seeds.map((seed) => new RandomStream(seed).bits())).size).toBe(seeds.length);
    for (const seed of [0.5, Number.NaN, 2 ** 60])
      expect(() => new RandomStream(seed)).toThrow(
        `random: the seed is ${seed}; give an integer of at most 53 bits`,
      );
  });
});

describe("a fresh", () => {
  test("linear layer is uniform within ±1/√in, bias too", () => {
    const layer = initialize(new Linear(100, 400), 1);
    for (const { data } of layer.parameters()) {
      expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
      expect(distanceFrom(data, uniformLaw(0.1))).toBeLessThan(limit);
    }
    expect(layer.weight.data.subarray(0, 400)).not.toEqual(layer.bias!.data);
  });

  test("transposed linear layer is normal with deviation 0.02, its bias 0", () => {
    const layer = initialize(new TransposedLinear(100, 400), 1);
    expect(distanceFrom(layer.weight.data, normalLaw(0.02))).toBeLessThan(limit);
    expect(new Set(layer.bias!.data)).toEqual(new Set([0]));
  });

  test("embedding is normal with deviation 1, the padding row 0", () => {
    const layer = initialize(new Embedding(100, 400, { paddingIndex: 7 }), 1);
    const { data } = layer.weight;
    expect(new Set(data.subarray(2800, 3200))).toEqual(new Set([0]));
    const others = [...data.subarray(0, 2800), ...data.subarray(3200)];
    expect(others).not.toContain(0);
    expect(distanceFrom(others, normalLaw(1))).toBeLessThan(limit);
    // The other rows are those of a table without padding.
    const plain = initialize(new Embedding(100, 400), 1).weight.data;
    expect(others).toEqual([...plain.subarray(0, 2800), ...plain.subarray(3200)]);
  });

  test("norm is 1 and 0", () => {
    const [layerNorm, rmsNorm] = [new LayerNorm(3), new RMSNorm(3)];
    for (const { data } of [...layerNorm.parameters(), ...rmsNorm.parameters()]) data.fill(9);
    initialize(new Sequential(layerNorm, rmsNorm), 1);
    expect(layerNorm.weight!.data).toEqual(Float32Array.of(1, 1, 1));
    expect(layerNorm.bias!.data).toEqual(new Float32Array(3));
    expect(rmsNorm.weight!.data).toEqual(Float32Array.of(1, 1, 1));
  });

  test("layer stored in half precision has the same numbers, rounded", () => {
    const [half, full] = [new Linear(8, 8, { dtype: "bfloat16" }), new Linear(8, 8)];
    for (const layer of [half, full]) initialize(layer, 2);
    const upper = new Uint32Array(full.weight.data.buffer).map((bits) => bits >>> 16);
    half.weight.data.forEach((bits, i) => {
      expect(Math.abs(bits - upper[i]!)).toBeLessThanOrEqual(1);
    });
  });

  test("layer without inputs is no accident", () => {
    expect(initialize(new Linear(0, 2), 1).bias!.data.every((value) => value === 0)).toBe(true);
  });
});

describe("a fresh model", () => {
  /** A head tied to the embedding, and a parameter of its own. */
  class Model extends Module {
    override readonly kind = "Model";
    readonly scale = new Parameter({ data: new Float32Array(1), shape: [1], dtype: "float32" });
    readonly embed = new Embedding(50, 8);
    readonly head = new Linear(8, 50);

    constructor() {
      super();
      this.head.weight = this.embed.weight;
    }

    override reset(initializer: Initializer): void {
      initializer.constant(this.scale, 0.5);
    }

    forward(x: Tensor): Tensor {
      return this.head.forward(x);
    }
  }

  const valuesOf = (module: Module) => module.parameters().flatMap(({ data }) => Array.from(data));

  test("is decided by its seed", () => {
    const make = (seed: number) =>
      valuesOf(initialize(new Sequential(new Linear(4, 4), relu, new Model()), seed));
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  });

  test("has layers that differ", () => {
    const [a, b] = [new Linear(4, 4), new Linear(4, 4)];
    initialize(new Sequential(a, b), 1);
    expect(a.weight.data).not.toEqual(b.weight.data);
  });

  test("draws what is shared once, as the first to hold it does, and asks modules of one's own", () => {
    const model = initialize(new Model(), 1);
    expect(model.scale.data[0]).toBe(0.5);
    expect(model.head.weight).toBe(model.embed.weight);
    expect(model.embed.weight.data).toEqual(initialize(new Embedding(50, 8), 1).weight.data);
    expect(model.embed.weight.version).toBe(1);
  });

  test("is as empty as before until it is initialized: constructors draw nothing", () => {
    expect(new Set(valuesOf(new Model()))).toEqual(new Set([0]));
  });

  test("draws floats only", () => {
    class Counter extends Module {
      override readonly kind = "Counter";
      readonly count = new Parameter({ data: new Int32Array(1), shape: [1], dtype: "int32" });
      override reset(initializer: Initializer): void {
        initializer.uniform(this.count, 1);
      }
    }
    expect(() => initialize(new Counter(), 1)).toThrow("initialize: a parameter is int32; draws floats only");
  });
});
