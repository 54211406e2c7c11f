import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Adam,
  AdamW,
  compile,
  gradients,
  hostTensor,
  Linear,
  type Optimizer,
  Parameter,
  SGD,
  square,
  sub,
  sum,
  type Tensor,
} from "../src";

interface Golden {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly optimizers: readonly {
    readonly optimizer: keyof typeof optimizers;
    readonly options: { readonly learningRate: number };
    readonly after: Readonly<Record<string, readonly number[]>>;
  }[];
}

const golden = JSON.parse(readFileSync(new URL("golden/optim.json", import.meta.url), "utf8")) as Golden;
const optimizers = { SGD, Adam, AdamW };

const vector = (...values: number[]) => new Parameter(hostTensor(values, [values.length]));
const valuesOf = (...parameters: Parameter[]) => parameters.flatMap(({ data }) => Array.from(data));

/** One of each kind, with all that it can keep between steps. */
const makers: readonly [name: string, make: (parameters: readonly Parameter[]) => Optimizer][] = [
  ["SGD", (parameters) => new SGD(parameters, { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 })],
  ["SGD, plain", (parameters) => new SGD(parameters, { learningRate: 0.1 })],
  ["Adam", (parameters) => new Adam(parameters, { learningRate: 0.1, weightDecay: 0.1 })],
  ["AdamW", (parameters) => new AdamW(parameters, { learningRate: 0.1, amsgrad: true, weightDecay: 0.1 })],
];

describe("torch's steps", () => {
  test.each(
    golden.optimizers.map((row) => [`${row.optimizer} ${JSON.stringify(row.options)}`, row] as const),
  )("%s", (_, { optimizer, options, after }) => {
    const parameter = vector(...golden.start);
    const made = new optimizers[optimizer]([parameter], options);
    const seen = golden.gradients.map((gradient) => {
      made.step([Float32Array.from(gradient)]);
      return Array.from(parameter.data);
    });
    for (const [step, expected] of Object.entries(after)) {
      const actual = seen[Number(step) - 1]!;
      // Element by element: sizes differ.
      expected.forEach((value, i) => {
        expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
      });
    }
    expect(made.steps).toBe(20);
  });
});

describe.each(makers)("%s", (name, make) => {
  const given = [Float32Array.of(1, -2), Float32Array.of(0.5)];
  const pair = () => [vector(1, 2), vector(3)] as const;

  test("takes tensors and arrays alike, and leaves them as they are", () => {
    const [parameters, twins] = [pair(), pair()];
    make(parameters).step(given);
    make(twins).step([hostTensor(given[0]!, [2]), { data: given[1]! }]);
    expect(valuesOf(...twins)).toEqual(valuesOf(...parameters));
    expect(given.map((gradient) => [...gradient])).toEqual([[1, -2], [0.5]]);
  });

  test("works in place, and engines hear of it", () => {
    const parameter = vector(1, 2);
    const { data, version } = parameter;
    make([parameter]).step([given[0]!]);
    expect(parameter.data).toBe(data);
    expect(parameter.version).toBeGreaterThan(version);
    expect(data).not.toEqual(Float32Array.of(1, 2));
  });

  test("goes on from a saved state as if it had not stopped", () => {
    const run = (optimizer: Optimizer, from: number, to: number) => {
      for (let step = from; step < to; step++) {
        optimizer.learningRate = 0.1 / (step + 1);
        optimizer.step([Float32Array.of(Math.sin(step), 2), Float32Array.of(Math.cos(step))]);
      }
    };
    const parameters = pair();
    const optimizer = make(parameters);
    run(optimizer, 0, 4);
    const saved = optimizer.state();
    const twins = parameters.map(({ data }) => vector(...Array.from(data)));
    run(optimizer, 4, 9);
    // The state is a copy: the steps since have not changed it.
    const resumed = make(twins);
    resumed.loadState(saved);
    expect(resumed.steps).toBe(4);
    expect(resumed.learningRate).toBe(0.1 / 4);
    run(resumed, 4, 9);
    expect(valuesOf(...twins)).toEqual(valuesOf(...parameters));
  });

  test("a NaN spoils its own element only, an infinity likewise", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const [parameter, clean] = [vector(1, 2), vector(1, 2)];
      const [spoilt, sound] = [make([parameter]), make([clean])];
      for (let step = 0; step < 2; step++) {
        spoilt.step([Float32Array.of(1, step === 0 ? bad : 1)]);
        sound.step([Float32Array.of(1, 1)]);
      }
      expect(parameter.data[0]).toBe(clean.data[0]);
      expect(Number.isFinite(parameter.data[1])).toBe(false);
    }
  });

  test("without a learning rate or factor nothing moves", () => {
    const parameters = pair();
    const optimizer = make(parameters);
    optimizer.learningRate = 0;
    optimizer.step(given);
    expect(valuesOf(...parameters)).toEqual([1, 2, 3]);
  });

  test("a step that cannot be taken changes nothing", () => {
    const parameters = pair();
    const optimizer = make(parameters);
    const kind = name.split(",")[0];
    const refused: readonly [gradients: Parameters<Optimizer["step"]>[0], message: string][] = [
      [[given[0]!], `${kind}: 1 gradients for 2 parameters; give one for each`],
      [[given[0]!, given[0]!], `${kind}: gradient 1 has 2 elements; its parameter has 1`],
      [
        [given[0]!, hostTensor(Int32Array.of(1), [1])],
        `${kind}: gradient 1 is Int32Array; give a Float32Array or a float32 tensor`,
      ],
    ];
    for (const [gradients, message] of refused) expect(() => optimizer.step(gradients)).toThrow(message);
    expect(valuesOf(...parameters)).toEqual([1, 2, 3]);
    expect(optimizer.steps).toBe(0);
  });

  test("a state of other parameters is refused", () => {
    const optimizer = make(pair());
    const other = new AdamW([vector(1, 2), vector(3, 4)], { learningRate: 1 });
    expect(() => optimizer.loadState(other.state())).toThrow(/the state is of other parameters or options/);
  });
});

describe("options", () => {
  const rates = fc.double({ min: 0, max: 2, noNaN: true });

  test("one for each parameter: as if each had its own optimizer", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rates, rates), { minLength: 1, maxLength: 4 }), (rows) => {
        const together = rows.map((_, i) => vector(i + 1, -i));
        const apart = rows.map((_, i) => vector(i + 1, -i));
        const options = { learningRate: 0.1, momentum: 0.5 };
        const optimizer = new SGD(together, {
          ...options,
          learningRateFactor: rows.map(([factor]) => factor),
          weightDecay: rows.map(([, decay]) => decay),
        });
        const own = rows.map(
          ([factor, weightDecay], i) =>
            new SGD([apart[i]!], { ...options, learningRate: 0.1 * factor, weightDecay }),
        );
        for (let step = 0; step < 3; step++) {
          optimizer.step(rows.map((_, i) => Float32Array.of(i, step)));
          own.forEach((one, i) => {
            one.step([Float32Array.of(i, step)]);
          });
        }
        expect(valuesOf(...together)).toEqual(valuesOf(...apart));
      }),
    );
  });

  test("climbing is descending the other way", () => {
    for (const make of [SGD, Adam, AdamW]) {
      const [up, down] = [vector(1, 2), vector(1, 2)];
      new make([up], { learningRate: 0.1, maximize: true }).step([Float32Array.of(1, -3)]);
      new make([down], { learningRate: 0.1 }).step([Float32Array.of(-1, 3)]);
      expect(up.data).toEqual(down.data);
    }
  });

  test("that mean nothing are refused", () => {
    const [x, half] = [vector(1), new Parameter(hostTensor(Uint16Array.of(0), [1], "bfloat16"))];
    const cases: readonly [make: () => unknown, message: string][] = [
      [() => new SGD([x], { learningRate: -1 }), "SGD: learningRate is -1; give 0 or more"],
      [() => new Adam([x], { learningRate: Number.NaN }), "Adam: learningRate is NaN; give 0 or more"],
      [
        () => new AdamW([x, half], { learningRate: 1 }),
        "AdamW: parameter 1 is bfloat16; trains float32 only",
      ],
      [
        () => new AdamW([x, x], { learningRate: 1 }),
        "AdamW: parameter 1 is parameter 0 again; give each once",
      ],
      [
        () => new AdamW([x], { learningRate: 1, weightDecay: [1, 2] }),
        "AdamW: weightDecay has 2 numbers for 1 parameters",
      ],
      [() => new AdamW([x], { learningRate: 1, betas: [0.9, 1] }), "AdamW: a beta is 1; give two in [0, 1)"],
      [
        () => new SGD([x], { learningRate: 1, momentum: 0.9, dampening: 0.1, nesterov: true }),
        "SGD: nesterov with momentum 0.9 and dampening 0.1; give a momentum and no dampening",
      ],
    ];
    for (const [make, message] of cases) expect(make).toThrow(message);
  });
});

test("what a compiled function gives goes straight into a step", async () => {
  const layer = new Linear(2, 1);
  const optimizer = new SGD(layer.parameters(), { learningRate: 0.2, momentum: 0.5 });
  const step = compile(
    (x: Tensor, y: Tensor) => {
      const loss = sum(square(sub(layer.forward(x), y)));
      return { loss, gradients: gradients(loss, layer.parameters()) };
    },
    { device: "gpu:cpu" },
  );
  const x = hostTensor([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
  const y = hostTensor([1, 3, 0, 2], [4, 1]);
  for (let i = 0; i < 100; i++) optimizer.step((await step(x, y)).gradients);
  await step.dispose();
  expect(valuesOf(layer.weight, layer.bias!)).toEqual([-1, 2, 1].map((value) => expect.closeTo(value, 4)));
});
