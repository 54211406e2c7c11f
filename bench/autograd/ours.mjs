// The block stack as a graph of @waveft/autograd. `A` is the library: its build in Node, its sources in a page.
import { lossOf, makeInput, makeWeights, random } from "./blocks.mjs";

const libOf = (A, length) => {
  const segments = A.constant(new Int32Array(length), [1, length]);
  const mask = A.causalSegmentMask(segments);
  return {
    linear: A.linear,
    layerNorm: A.layerNorm,
    attention: (q, k, v) => A.attention(q, k, v, { mask, scale: 1 }),
    transpose: A.transpose,
    reshape: A.reshape,
    relu: A.relu,
    add: A.add,
    scale: A.mul,
    sumOfSquares: (x) => A.sum(A.sum(A.mul(x, x), { axes: -1 })),
  };
};

/** Frozen parameters of `count` blocks. `shared` gives all blocks the numbers of the first: less memory. */
export const makeParameters = (A, config, count, { shared = false, dtype = "float32" } = {}) => {
  const distinct = makeWeights(config, shared ? 1 : count);
  const parameter = ({ data, shape }) => {
    const held = dtype === "float32" ? data : A.encodeHalf(dtype, data);
    return new A.Parameter(A.hostTensor(held, shape, dtype), { requiresGrad: false });
  };
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      Object.entries(distinct[shared ? 0 : i]).map(([name, value]) => [name, parameter(value)]),
    ),
  );
};

const rank = 16;

/** Adapters of low rank on query and value, the second factor not zero so that both have gradients. */
const makeAdapters = (A, { width }, count) =>
  Array.from({ length: 2 * count }, (_, i) => ({
    down: new A.Parameter(A.hostTensor(random(rank * width, 7000 + i), [rank, width])),
    up: new A.Parameter(A.hostTensor(random(width * rank, 8000 + i), [width, rank])),
  }));

/** A linear layer that adds its adapter, found by its weight. */
const adapted = (A, lib, weights, adapters) => {
  const found = new Map(
    weights.flatMap(({ queryWeight, valueWeight }, i) => [
      [queryWeight, adapters[2 * i]],
      [valueWeight, adapters[2 * i + 1]],
    ]),
  );
  const product = (x, weight) => A.matmul(x, weight, { transposeB: true });
  const linear = (x, weight, bias) => {
    const adapter = found.get(weight);
    const y = lib.linear(x, weight, bias);
    return adapter === undefined ? y : A.add(y, product(product(x, adapter.down), adapter.up));
  };
  return { ...lib, linear };
};

/**
 * The graph of `count` blocks and its feeds. `wanted`: "loss" (no gradient), "input" (and its gradient),
 * "adapters" (and the gradients of low-rank adapters and of the input). `seconds` is filled with phases.
 */
export const makeBlocks = (
  A,
  config,
  count,
  { wanted = "input", parameters, dtype, shared, seconds = {} } = {},
) => {
  const weights = parameters ?? makeParameters(A, config, count, { shared, dtype });
  const { data, shape } = makeInput(config);
  const start = performance.now();
  const x = new A.Tensor("input", [], { index: 0 }, shape, "float32");
  const plain = libOf(A, config.length);
  const whole = (tensor) => (tensor.dtype === "float32" ? tensor : A.cast(tensor, "float32"));
  const lib =
    dtype === undefined || dtype === "float32"
      ? plain
      : {
          ...plain,
          linear: (y, weight, bias) => A.linear(y, whole(weight), whole(bias)),
          layerNorm: (y, weight, bias) => A.layerNorm(y, whole(weight), whole(bias)),
        };
  const adapters = wanted === "adapters" ? makeAdapters(A, config, count) : [];
  const loss = lossOf(adapted(A, lib, weights, adapters), x, weights, config);
  const traced = performance.now();
  const sources = wanted === "loss" ? [] : [x, ...adapters.flatMap(({ down, up }) => [down, up])];
  const gradients = sources.length === 0 ? [] : A.gradients(loss, sources);
  const graph = A.makeGraph([x], [loss, ...gradients]);
  seconds.trace = (traced - start) / 1000;
  seconds.gradients = (performance.now() - traced) / 1000;
  return { graph, feeds: [A.hostTensor(data, shape)] };
};

/** Floating-point operations that the adapters add: for each factor a product forward and two backward. */
export const adapterFlops = ({ length, width }, count) => 2 * count * 3 * 2 * (2 * length * width * rank);
