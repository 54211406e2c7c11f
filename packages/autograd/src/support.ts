import type { Engine } from "./engine";
import { type Ability, type Feature, features } from "./features";
import type { Graph } from "./graph";
import type { HostTensor } from "./host-tensor";
import type { Node } from "./node";
import { showShape } from "./shape";

/** The most that a device takes; null where memory is the only limit. */
export interface Limits {
  /** Elements of one array. */
  readonly elements: number | null;
  /** Bytes of one array, at 4 an element. */
  readonly bytes: number | null;
}

export interface DeviceSupport {
  readonly features: Readonly<Record<Feature, Ability>>;
  /** Where no device is asked: an open device may tell its own. */
  readonly limits: Limits;
  /** Cases of the op suite that are less exact than they say, with the largest relative error and the reason. */
  readonly exceptions: Readonly<Record<string, { readonly tolerance: number; readonly reason: string }>>;
  readonly notes: readonly string[];
}

const everything = {
  nan: "yes",
  infinity: "yes",
  subnormals: "yes",
  wideAngles: "yes",
  wideIntegers: "yes",
  largeArrays: "yes",
} as const satisfies Record<Feature, Ability>;

const noLimits: Limits = { elements: null, bytes: null };

const float32Only =
  "All numbers are float32 on the device: int32 is exact up to ±2²⁴, half-precision weights are widened.";

const gpu = {
  ...everything,
  nan: "driver",
  infinity: "driver",
  subnormals: "no",
  wideAngles: "no",
  wideIntegers: "no",
} as const satisfies Record<Feature, Ability>;

const onnx: DeviceSupport = { features: everything, limits: noLimits, exceptions: {}, notes: [] };

/** ONNX Runtime on a GPU is not in the tests of this repository: nothing beyond plain numbers is relied on. */
const onnxGpu: DeviceSupport = {
  features: { ...everything, nan: "driver", infinity: "driver", subnormals: "driver", wideAngles: "driver" },
  limits: noLimits,
  exceptions: {},
  notes: ["Not run by the tests: no such device is there."],
};

/** The sine of WGSL is promised to 2⁻¹¹. */
const wgslAngles = "WGSL's sine and cosine are exact to about 1e-4.";

/** What every device can do. The tests run it in both directions, and the documentation is made of it. */
export const support = {
  "onnx:cpu": onnx,
  "onnx:cuda": onnxGpu,
  "onnx:dml": onnxGpu,
  "onnx:coreml": onnxGpu,
  "onnx:webgpu": {
    features: { ...gpu, nan: "no", infinity: "no", wideIntegers: "yes", largeArrays: "driver" },
    limits: { elements: 2 ** 31 - 1, bytes: 2 ** 27 },
    exceptions: {
      sin: { tolerance: 2e-4, reason: wgslAngles },
      cos: { tolerance: 3e-4, reason: wgslAngles },
      tan: { tolerance: 4e-4, reason: wgslAngles },
      "tan of small numbers": { tolerance: 5e-2, reason: wgslAngles },
    },
    notes: [
      "ONNX Runtime's shaders lose NaN and the logarithm of 0.",
      "Conjunctions and powers of tensors that are repeated, and transposed convolutions in groups, run on the CPU: ONNX Runtime 1.30 gives wrong values for them.",
    ],
  },
  "onnx:wasm": {
    ...onnx,
    limits: { elements: null, bytes: 2 ** 32 },
    exceptions: {
      "mish far out": { tolerance: 3e-5, reason: "Its functions round a little more than those of the CPU." },
    },
    notes: [],
  },
  "gpu:webgpu": {
    features: gpu,
    limits: { elements: 2 ** 31 - 1, bytes: 2 ** 27 },
    exceptions: {},
    notes: [
      float32Only,
      "An array has at most the bytes that the adapter allows a storage buffer: 128 MiB everywhere, often 1 to 4 GiB.",
      "A kernel takes at most 7 arrays.",
      "WGSL lets a driver assume that there are no NaN and infinities.",
    ],
  },
  "gpu:webgl2": {
    features: { ...gpu, largeArrays: "driver" },
    limits: { elements: 2 ** 22, bytes: null },
    exceptions: {},
    notes: [
      float32Only,
      "An array has at most as many elements as the largest texture has pixels: 2,048² everywhere, often 8,192² or 16,384².",
      "Indices beyond 2²² elements take integer arithmetic that GLSL has only as loops: right, but slow.",
    ],
  },
  "gpu:webasm": {
    features: { ...everything, wideIntegers: "no" },
    limits: { elements: 2 ** 30, bytes: 2 ** 32 },
    exceptions: {},
    notes: [
      float32Only,
      "All arrays of the engine, parameters and those of its plans, share one memory of 4 GiB.",
    ],
  },
  "gpu:cpu": {
    features: { ...everything, wideIntegers: "no" },
    limits: noLimits,
    exceptions: {},
    notes: [float32Only],
  },
} as const satisfies Record<string, DeviceSupport>;

/** What an open engine may tell of itself beyond `Engine`. */
export interface EngineFacts {
  readonly limits?: Limits;
  /** A GPU that a processor plays: right, but slower than `gpu:webasm`. */
  readonly software?: boolean;
}

export const supportOf = (name: string): DeviceSupport | null =>
  (support as Readonly<Record<string, DeviceSupport>>)[name] ?? null;

/** What a graph needs of a device. */
export interface Needs {
  /** Each feature with the first node that needs it. */
  readonly features: ReadonlyMap<Feature, string>;
  /** The largest array. */
  readonly largest: { readonly elements: number; readonly node: string };
}

/** Float32 holds every integer up to here. */
const exact = 2 ** 24;

const show = ({ op, dtype, shape }: Node): string => `${op} ${dtype}${showShape(shape)}`;

/** The longest axis that a node counts in int32: one with indices into it, or places in it as its value. */
const longestCounted = ({ op, inputs, attributes, shape, dtype }: Node): number => {
  if (dtype !== "int32" && !inputs.some((input) => input.dtype === "int32")) return 0;
  if (op === "oneHot") return shape.at(-1) ?? 0;
  const { axis } = attributes;
  if (typeof axis !== "number" || op === "concat") return 0;
  return Math.max(inputs[0]?.shape[axis] ?? 0, shape[axis] ?? 0);
};

/** Found in the sizes, the constants and the ops of a graph; what the data holds cannot be known. */
export const needsOf = (graph: Graph): Needs => {
  const found = new Map<Feature, string>();
  let largest = { elements: 0, node: "" };
  const need = (feature: Feature, node: Node) => {
    if (!found.has(feature)) found.set(feature, show(node));
  };
  for (const node of graph.nodes) {
    for (const feature of node.definition?.needs ?? []) need(feature, node);
    if (node.size > largest.elements) largest = { elements: node.size, node: show(node) };
    if (node.size > exact) need("largeArrays", node);
    if (longestCounted(node) > exact) need("wideIntegers", node);
    if (node.op === "constant" && node.dtype === "int32") {
      const { data } = node.attributes.value as HostTensor;
      if ((data as Int32Array).some((value) => Math.fround(value) !== value)) need("wideIntegers", node);
    }
  }
  return { features: found, largest };
};

const count = (n: number): string => n.toLocaleString("en-US");

/** Why a graph would give wrong results, or none, on a device; null where it runs. */
export const refusal = (name: string, needs: Needs, facts: EngineFacts = {}): string | null => {
  const known = supportOf(name);
  const { elements, node } = needs.largest;
  const limits = facts.limits ?? known?.limits ?? noLimits;
  if (limits.elements !== null && elements > limits.elements)
    return `${node} has ${count(elements)} elements; an array here has at most ${count(limits.elements)}`;
  if (limits.bytes !== null && elements * 4 > limits.bytes)
    return `${node} takes ${count(elements * 4)} bytes; an array here has at most ${count(limits.bytes)}`;
  for (const [feature, who] of needs.features)
    if (known?.features[feature] === "no") return `${who} needs ${features[feature]}`;
  return null;
};

/** Why `auto` passes over a device that would run a graph: what it needs is not promised there. */
export const doubt = (name: string, needs: Needs): string | null => {
  const known = supportOf(name);
  for (const [feature, who] of needs.features)
    if (known?.features[feature] === "driver")
      return `${who} needs ${features[feature]}, which no driver here promises, or which is slow`;
  return null;
};

/** What an engine tells of itself. */
export const factsOf = (engine: Engine): EngineFacts => engine as Engine & EngineFacts;
