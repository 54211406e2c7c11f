import type { DType, Engine, HostTensor, Shape } from "../src";
import { hostTensor, makeGraph, mul, pullback, sizeOf, sum, Tensor } from "../src";

/**
 * The shared suite of engines: ops on torch's inputs, with torch's values, gradients and second derivatives.
 * Free of Node and of the test runner, so that pages of a browser run it too.
 */
export interface OpCase {
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** Torch's value. */
  readonly output: HostTensor;
  /** Cotangent of the value, and torch's gradients of the inputs (null for integers); null without gradients. */
  readonly backward: {
    readonly cotangent: HostTensor;
    readonly gradients: readonly (Float32Array | null)[];
  } | null;
  /**
   * A direction in the inputs, and how torch's gradients change along it, by central differences in float64;
   * null where there is no such change (the golden file says why).
   */
  readonly second: {
    readonly direction: readonly (HostTensor | null)[];
    readonly derivatives: readonly (Float32Array | null)[];
  } | null;
  /** Largest max|a − b| / max|b| allowed; the golden file says why where one is above 1e-5. */
  readonly tolerance: Tolerance;
}

export interface Tolerance {
  readonly value: number;
  readonly gradients: number;
  readonly second: number;
}

/** What an engine gives for a case: in the order of the inputs, null where torch gave nothing. */
export interface CaseResult {
  readonly value: HostTensor;
  readonly gradients: readonly (HostTensor | null)[];
  readonly second: readonly (HostTensor | null)[];
}

/** How a case calls our op. */
export type Build = OpCase["build"];

/** JSON has no NaN and no infinities: they are strings. */
type GoldenNumber = number | "NaN" | "Infinity" | "-Infinity";
type GoldenList = readonly GoldenNumber[];

interface GoldenTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: GoldenList;
}

/** A case as reference/autograd/golden.py writes it. */
export interface GoldenCase {
  readonly inputs: readonly GoldenTensor[];
  readonly output: GoldenTensor;
  readonly cotangent?: GoldenList;
  readonly gradients?: readonly (GoldenList | null)[];
  readonly direction?: readonly (GoldenList | null)[];
  readonly second?: readonly (GoldenList | null)[];
  readonly tolerance?: Partial<Tolerance>;
}

/** A golden file. Imported JSON has wider types than ours (`dtype` is any string to them): cast it to this. */
export interface GoldenFile {
  readonly cases: Readonly<Record<string, GoldenCase>>;
}

const host = ({ data, shape, dtype }: GoldenTensor): HostTensor => hostTensor(data.map(Number), shape, dtype);
const floats = (list: GoldenList | null): Float32Array | null =>
  list === null ? null : Float32Array.from(list, Number);

/** The cases of a golden file, each with how it calls our op. */
export const casesFrom = ({ cases }: GoldenFile, buildOf: (name: string) => Build): OpCase[] =>
  Object.entries(cases).map(([name, record]) => {
    const { cotangent, direction, tolerance } = record;
    return {
      name,
      inputs: record.inputs.map(host),
      build: buildOf(name),
      output: host(record.output),
      backward:
        cotangent === undefined
          ? null
          : {
              cotangent: hostTensor(cotangent.map(Number), record.output.shape),
              gradients: record.gradients!.map(floats),
            },
      second:
        direction === undefined
          ? null
          : {
              direction: direction.map((list, i) =>
                list === null ? null : hostTensor(list.map(Number), record.inputs[i]!.shape),
              ),
              derivatives: record.second!.map(floats),
            },
      tolerance: { value: 1e-5, gradients: 1e-5, second: 1e-5, ...tolerance },
    };
  });

/**
 * A case calls the function that its name begins with (a name ends at a blank or comma) with its inputs, unless
 * `builds` lists it.
 */
export const buildsOf =
  (functions: object, builds: Readonly<Record<string, Build>>) =>
  (name: string): Build => {
    const build = builds[name] ?? (functions as Record<string, unknown>)[functionOf(name)];
    if (typeof build !== "function")
      throw new Error(`no function for the case "${name}"; list it in the builds`);
    return build as Build;
  };

/** The function that a case is for. */
export const functionOf = (name: string): string => name.split(/[ ,]/)[0]!;

/** Inputs of a graph, of the types of host tensors. */
export const inputsLike = (tensors: readonly HostTensor[]): Tensor[] =>
  tensors.map(({ shape, dtype }, index) => new Tensor("input", [], { index }, shape, dtype));

/** Compiles, runs once and disposes. */
export const runOnce = async (
  engine: Engine,
  feeds: readonly HostTensor[],
  build: (...inputs: Tensor[]) => readonly Tensor[],
): Promise<HostTensor[]> => {
  const inputs = inputsLike(feeds);
  const executable = await engine.compile(makeGraph(inputs, build(...inputs)));
  try {
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
};

/** The value of a case, the gradients of its float inputs, and their change along the direction. */
export const runCase = async (
  engine: Engine,
  { inputs, build, backward, second }: OpCase,
): Promise<CaseResult> => {
  const wanted = (backward?.gradients ?? []).flatMap((list, i) => (list === null ? [] : [i]));
  const feeds = [...inputs, ...(backward === null ? [] : [backward.cotangent])];
  const directionsAt = feeds.length;
  if (second !== null) feeds.push(...wanted.map((i) => second.direction[i]!));

  const results = await runOnce(engine, feeds, (...tensors) => {
    const operands = tensors.slice(0, inputs.length);
    const y = build(...operands);
    if (wanted.length === 0) return [y];
    const wrt = wanted.map((i) => operands[i]!);
    const gradients = pullback([y], [tensors[inputs.length]!], wrt);
    if (second === null) return [y, ...gradients];
    // ∇ Σ⟨gradientᵢ, vᵢ⟩ is the change of the gradient along v: second derivatives are symmetric.
    const directions = tensors.slice(directionsAt);
    const slopes = gradients.map((gradient, i) => sum(mul(gradient, directions[i]!)));
    const ones = slopes.map((slope) => onesLike(slope));
    return [y, ...gradients, ...pullback(slopes, ones, wrt)];
  });

  const spread = (list: readonly HostTensor[]) => inputs.map((_, i) => list[wanted.indexOf(i)] ?? null);
  return {
    value: results[0]!,
    gradients: spread(results.slice(1, 1 + wanted.length)),
    second: spread(results.slice(1 + wanted.length)),
  };
};

const onesLike = ({ shape }: Tensor): Tensor => {
  const value = hostTensor(new Float32Array(sizeOf(shape)).fill(1), shape);
  return new Tensor("constant", [], { value }, shape, "float32");
};

/** max|a − b| / max|b|, over the finite numbers; infinite where a NaN or an infinity is not where it belongs. */
export const relativeError = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let error = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (Number.isFinite(b)) scale = Math.max(scale, Math.abs(b));
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    error = Math.max(error, Number.isFinite(b) && Number.isFinite(a) ? Math.abs(a - b) : Infinity);
  }
  return error === 0 || scale === 0 ? error : error / scale;
};

const show = ({ dtype, shape }: HostTensor): string => `${dtype}[${shape.join(", ")}]`;

/**
 * What is wrong with a result, a sentence each; nothing when it is right. `tolerance` takes the place of the
 * case's, for devices that compute less exactly.
 */
export const checkCase = (
  result: CaseResult,
  row: OpCase,
  tolerance: Partial<Tolerance> = {},
): readonly string[] => {
  const allowed = { ...row.tolerance, ...tolerance };
  const compare = (
    what: string,
    actual: HostTensor | null,
    expected: HostTensor,
    limit: number,
  ): string[] => {
    if (actual === null) return [`${what} is missing`];
    if (show(actual) !== show(expected) || actual.data.length !== expected.data.length)
      return [`${what} is ${show(actual)} of ${actual.data.length} numbers, not ${show(expected)}`];
    const error = relativeError(actual.data, expected.data);
    if (error <= limit) return [];
    const few = (data: ArrayLike<number>) => Array.from(data).slice(0, 6).join(", ");
    return [
      `${what} is off by ${error.toExponential(1)} (${limit.toExponential(0)} allowed): ${few(actual.data)} … for ${few(expected.data)} …`,
    ];
  };
  const each = (
    what: string,
    actual: readonly (HostTensor | null)[],
    expected: readonly (Float32Array | null)[],
    limit: number,
  ): string[] =>
    expected.flatMap((data, i) => {
      if (data === null) return [];
      return compare(`${what} ${i}`, actual[i] ?? null, hostTensor(data, row.inputs[i]!.shape), limit);
    });
  return [
    ...compare("the value", result.value, row.output, allowed.value),
    ...each("gradient", result.gradients, row.backward?.gradients ?? [], allowed.gradients),
    ...each("second derivative", result.second, row.second?.derivatives ?? [], allowed.second),
  ];
};
