import { kernelFunctions } from "../../kernel-text";
import type { GpuMode } from "./mode";

interface KernelFunction {
  readonly source: string;
  readonly arguments: readonly string[];
}

/**
 * What stands in for functions of `Math` on GPUs, whose own are coarse (sine 2e-4), overflow (tanh), or answer NaN,
 * 0 and negative numbers with something finite. Conditions are written so that NaN fails them, or passes by `===`:
 * `x !== x` is never true there. A NaN is made by calculation, since no literal gives one; so is −∞.
 *
 * Sine: the quarter turns are taken off in three parts (Cody & Waite), exact for |x| up to 10⁴; the polynomials are
 * least-squares fits on [−π/4, π/4], that of tanh on [−0.62, 0.62]. The logarithm near 1 is the series of artanh.
 */
const standIns: Readonly<Record<string, KernelFunction>> = {
  exp: {
    arguments: ["x"],
    source: `function exponential(x) {
  if (x === x) { return Math.exp(x); }
  return x;
}`,
  },
  log: {
    arguments: ["x"],
    source: `function logarithm(x) {
  if (x > 0.7 && x < 1.4) {
    const s = (x - 1) / (x + 1);
    const u = s * s;
    return 2 * s * (1 + u * (0.33333333333 + u * (0.2 + u * (0.14285714286 + u * 0.11111111111))));
  }
  if (x >= 1.1754943508222875e-38) { return Math.log(x); }
  const zero = x - x;
  if (x < 0) { return zero / zero; }
  if (x === x) { return -1 / zero; }
  return x;
}`,
  },
  tanh: {
    arguments: ["x"],
    source: `function hyperbolic(x) {
  const a = Math.abs(x);
  const u = x * x;
  if (a < 0.62) {
    return x + x * u * (-0.33333329 + u * (0.13332809 + u * (-0.05385731 + u * (0.02102787 - u * 0.00614125))));
  }
  if (x < 0) { return 2 / (exponential(a + a) + 1) - 1; }
  return 1 - 2 / (exponential(a + a) + 1);
}`,
  },
  sin: {
    arguments: ["x"],
    source: `function sine(x) {
  if (Math.abs(x) < 100000) { return wave(x, 0); }
  return Math.sin(x);
}`,
  },
  cos: {
    arguments: ["x"],
    source: `function cosine(x) {
  if (Math.abs(x) < 100000) { return wave(x, 1); }
  return Math.cos(x);
}`,
  },
  pow: {
    arguments: ["a", "b"],
    source: `function raised(a, b) {
  if (b === 0) { return 1; }
  if (a === 0) {
    if (b > 0) { return 0; }
    if (b < 0) { return 1 / Math.abs(a); }
    return b;
  }
  if (a > 0) {
    if (b === b) { return Math.pow(a, b); }
    return b;
  }
  if (a < 0) {
    const half = b * 0.5;
    const size = Math.pow(-a, b);
    if (half === Math.floor(half)) { return size; }
    if (b === Math.floor(b)) { return -size; }
    return Math.sqrt(a) + b;
  }
  return a;
}`,
  },
  max: {
    arguments: ["a", "b"],
    source: `function larger(a, b) {
  if (a >= b) { return a; }
  if (b > a) { return b; }
  return a + b;
}`,
  },
  min: {
    arguments: ["a", "b"],
    source: `function smaller(a, b) {
  if (a <= b) { return a; }
  if (b < a) { return b; }
  return a + b;
}`,
  },
};

/** The sine of x and `turns` quarter turns. */
const wave: KernelFunction = {
  arguments: ["x", "turns"],
  source: `function wave(x, turns) {
  const n = Math.floor(x * 0.6366197723675814 + 0.5);
  const r = ((x - n * 1.5703125) - n * 0.0004837512969970703) - n * 0.00000007549790126404332;
  const u = r * r;
  const m = n + turns;
  const quarter = m - 4 * Math.floor(m * 0.25);
  let y = r + r * u * (-0.16666666667 + u * (0.00833333168 + u * (-0.000198399848 + u * 0.00000272371618)));
  if (quarter === 1 || quarter === 3) {
    y = 1 - 0.5 * u + u * u * (0.0416666667 + u * (-0.00138888877 + u * (0.0000248005643 - u * 0.000000272946911)));
  }
  if (quarter >= 2) { return -y; }
  return y;
}`,
};

const isGpu = (mode: GpuMode): boolean => mode === "webgl2" || mode === "webgpu";

const nameOf = ({ source }: KernelFunction): string => /function (\w+)/.exec(source)![1]!;
const replacements = new Map(Object.entries(standIns).map(([name, made]) => [name, nameOf(made)]));

/** A kernel's text for a mode: on GPUs it calls our functions in place of `Math`'s, and asks for NaN by `===`. */
export const textFor = (mode: GpuMode, source: string): string => {
  if (!isGpu(mode)) return source;
  return source
    .replace(/Math\.(\w+)\(/g, (call, name: string) => {
      const ours = replacements.get(name);
      return ours === undefined ? call : `${ours}(`;
    })
    .replace(/\b(\w+) !== \1\b/g, "!($1 === $1)");
};

/** The functions that kernels of a mode may call. */
export const functionsFor = (mode: GpuMode): readonly KernelFunction[] => [
  // A stand-in calls what it stands in for.
  ...(isGpu(mode) ? [...Object.values(standIns), wave] : []),
  ...kernelFunctions.map((made) => ({ ...made, source: textFor(mode, made.source) })),
];
