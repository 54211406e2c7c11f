// A stack of decoder blocks as OPT-350m has them, written once for every library: `lib` gives the handful of ops.

/** Width, feed-forward width, heads, positions. */
export const opt350m = { width: 1024, wide: 4096, heads: 16, length: 1024 };
export const small = { width: 128, wide: 512, heads: 4, length: 64 };

/** The weights of one block, by name; a linear layer's are [out, in]. */
const shapesOf = ({ width, wide }) => ({
  norm1Weight: [width],
  norm1Bias: [width],
  queryWeight: [width, width],
  queryBias: [width],
  keyWeight: [width, width],
  keyBias: [width],
  valueWeight: [width, width],
  valueBias: [width],
  outWeight: [width, width],
  outBias: [width],
  norm2Weight: [width],
  norm2Bias: [width],
  upWeight: [wide, width],
  upBias: [wide],
  downWeight: [width, wide],
  downBias: [width],
});

/** Numbers in (−scale, scale), the same on every machine and in every browser. */
export const random = (size, seed, scale = 0.02) => {
  const data = new Float32Array(size);
  for (let i = 0, s = seed * 7919 + 12345; i < size; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) | 0;
    data[i] = (s / 2 ** 31) * scale;
  }
  return data;
};

const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** Weights of `count` blocks: records of { data, shape }. */
export const makeWeights = (config, count) =>
  Array.from({ length: count }, (_, block) =>
    Object.fromEntries(
      Object.entries(shapesOf(config)).map(([name, shape], i) => {
        const data = random(sizeOf(shape), 1 + block * 100 + i);
        if (/^norm.Weight$/.test(name)) for (let j = 0; j < data.length; j++) data[j] += 1;
        return [name, { data, shape }];
      }),
    ),
  );

export const makeInput = ({ length, width }) => ({
  data: random(length * width, 0, 1),
  shape: [1, length, width],
});

/**
 * Σ y² of the stack's output y. `lib.linear` adds the bias; `lib.attention` takes q (scaled), k, v
 * [1, heads, length, width / heads] and is causal; `lib.sumOfSquares` sums rows first, for some of the libraries add
 * one number after another in float32, which over a million is off by 4e-4.
 */
export const lossOf = (lib, x, weights, { width, heads, length }) => {
  const headWidth = width / heads;
  const split = (y) => lib.transpose(lib.reshape(y, [1, length, heads, headWidth]), [0, 2, 1, 3]);
  const join = (y) => lib.reshape(lib.transpose(y, [0, 2, 1, 3]), [1, length, width]);
  for (const w of weights) {
    const h = lib.layerNorm(x, w.norm1Weight, w.norm1Bias);
    const attended = lib.attention(
      split(lib.scale(lib.linear(h, w.queryWeight, w.queryBias), headWidth ** -0.5)),
      split(lib.linear(h, w.keyWeight, w.keyBias)),
      split(lib.linear(h, w.valueWeight, w.valueBias)),
    );
    x = lib.add(x, lib.linear(join(attended), w.outWeight, w.outBias));
    const hidden = lib.relu(lib.linear(lib.layerNorm(x, w.norm2Weight, w.norm2Bias), w.upWeight, w.upBias));
    x = lib.add(x, lib.linear(hidden, w.downWeight, w.downBias));
  }
  return lib.sumOfSquares(x);
};

/**
 * Floating-point operations of the matrix products of `count` blocks, a multiply-add counted as two. The
 * gradient of the input doubles those of the linear layers and of attention triples them (two operands).
 */
export const flopsOf = ({ length, width, wide }, count, backward = true) => {
  const linear = 2 * length * (4 * width * width + 2 * width * wide);
  const attention = 2 * 2 * length * length * width;
  return count * (backward ? 2 * linear + 3 * attention : linear + attention);
};

/** [rows, inner, columns] of the linear layers' products in one block, with how often each occurs. */
export const productsOf = ({ length, width, wide }) => [
  { size: [length, width, width], times: 8 },
  { size: [length, width, wide], times: 2 },
  { size: [length, wide, width], times: 2 },
];
