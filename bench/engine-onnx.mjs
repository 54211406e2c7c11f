// Two blocks of OPT-350m's shape (width 1024, feed-forward 4096, 16 heads, 1024 positions), forward and
// backward to the input, as one graph on onnx:cpu, beside ONNX Runtime's own MatMul of the same shapes.
// Run after `pnpm build`: pnpm bench engine-onnx [--profile prefix] [--dtype float16|bfloat16] [--runs n]
import { parseArgs } from "node:util";
import * as A from "../packages/autograd/dist/index.js";
import { onnxEngine } from "../packages/engine-onnx/dist/index.js";

const { values: flags } = parseArgs({
  options: {
    profile: { type: "string" },
    dtype: { type: "string", default: "float32" },
    runs: { type: "string", default: "5" },
    blocks: { type: "string", default: "2" },
    session: { type: "string", default: "{}" },
  },
});
const [T, width, wide, heads] = [1024, 1024, 4096, 16];
const blocks = Number(flags.blocks);
const headWidth = width / heads;

const random = (shape, scale = 0.02) => {
  const data = new Float32Array(A.sizeOf(shape));
  for (let i = 0, s = 12345; i < data.length; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) | 0;
    data[i] = (s / 2 ** 31) * scale;
  }
  return A.hostTensor(data, shape);
};
const half = ({ data, shape }) => {
  if (flags.dtype === "float32") return A.hostTensor(data, shape);
  const bits = new Uint32Array(data.buffer);
  // Truncated bits are near enough for a timing; float16 of such small numbers likewise.
  const to16 = (b) =>
    ((b >>> 16) & 0x8000) | (((b >>> 13) & 0x3ffff) - 0x1c000 > 0 ? ((b & 0x7fffffff) >>> 13) - 0x1c000 : 0);
  return A.hostTensor(
    Uint16Array.from(bits, flags.dtype === "bfloat16" ? (b) => b >>> 16 : to16),
    shape,
    flags.dtype,
  );
};
const parameter = (shape) => A.cast(new A.Parameter(half(random(shape)), { requiresGrad: false }), "float32");
const linear = (x, out) => A.linear(x, parameter([out, x.shape.at(-1)]), parameter([out]));
const norm = (x) => A.layerNorm(x, parameter([width]), parameter([width]));

const input = (shape, dtype, index) => new A.Tensor("input", [], { index }, shape, dtype);
const x0 = input([1, T, width], "float32", 0);
const segments = input([1, T], "int32", 1);
const mask = A.causalSegmentMask(segments);

let x = x0;
for (let i = 0; i < blocks; i++) {
  const split = (y) => A.transpose(A.reshape(y, [1, T, heads, headWidth]), [0, 2, 1, 3]);
  const h = norm(x);
  const attended = A.attention(
    split(A.mul(linear(h, width), headWidth ** -0.5)),
    split(linear(h, width)),
    split(linear(h, width)),
    { mask, scale: 1 },
  );
  x = A.add(x, linear(A.reshape(A.transpose(attended, [0, 2, 1, 3]), [1, T, width]), width));
  x = A.add(x, linear(A.relu(linear(norm(x), wide)), width));
}
const loss = A.sum(A.mul(x, x));
const [dx] = A.gradients(loss, [x0]);
const graph = A.makeGraph([x0, segments], [loss, dx]);

// Multiply-adds × 2: forward, and the cotangent of the input (attention has two operands: twice).
const flops = blocks * 2 * (2 * T * (4 * width * width + 2 * width * wide) + 3 * 2 * T * T * width);

const session = {
  ...JSON.parse(flags.session),
  ...(flags.profile ? { enableProfiling: true, profileFilePrefix: flags.profile } : {}),
};
const engine = await onnxEngine("cpu", { session });
const plain = await onnxEngine("cpu");
const a = input([T, width], "float32", 0);
const b = input([width, wide], "float32", 1);
const product = await plain.compile(A.makeGraph([a, b], [A.sum(A.matmul(a, b))]));
const productFeeds = [random([T, width]), random([width, wide])];

const feeds = [random([1, T, width], 1), A.hostTensor(new Int32Array(T), [1, T])];
let start = performance.now();
const executable = await engine.compile(graph);
console.log(`compile ${((performance.now() - start) / 1000).toFixed(2)} s, ${graph.nodes.length} nodes`);
const times = { blocks: [], product: [] };
for (let run = 0; run <= Number(flags.runs); run++) {
  start = performance.now();
  for (let i = 0; i < 8; i++) await product.run(productFeeds);
  const middle = performance.now();
  await executable.run(feeds);
  const end = performance.now();
  if (run === 0) continue; // warm-up
  times.product.push((middle - start) / 8);
  times.blocks.push(end - middle);
}
const median = (list) => list.toSorted((p, q) => p - q)[list.length >> 1];
const rate = flops / median(times.blocks) / 1e6;
const top = (2 * T * width * wide) / median(times.product) / 1e6;
console.log(
  `${blocks} blocks, forward + backward: ${median(times.blocks).toFixed(0)} ms, ${rate.toFixed(0)} GFLOP/s`,
);
console.log(
  `MatMul alone: ${top.toFixed(0)} GFLOP/s; ratio ${(rate / top).toFixed(2)}; RSS ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`,
);
await executable.dispose();
await product.dispose();
