import { AutogradError } from "../../errors";
import type { Graph } from "../../graph";
import type { HostTensor, TensorType } from "../../host-tensor";
import { viewKernel } from "../../kernel-text";
import type { GpuLowering, GpuStep } from "../../lowering";
import { type Node, parameterOf, type StoredParameter } from "../../node";
import { sizeOf } from "../../shape";
import { nothing, toFloat32 } from "./convert";
import type { GpuMode } from "./mode";
import { hasOwnMemory } from "./mode";

/** Where a kernel gets an array from. */
export type Source =
  | { readonly kind: "input"; readonly index: number; readonly size: number }
  | { readonly kind: "parameter"; readonly parameter: StoredParameter }
  | { readonly kind: "constant"; readonly values: Float32Array }
  | { readonly kind: "step"; readonly step: number };

export interface PlanStep {
  /** The op that it computes, or a part of it. */
  readonly op: string;
  readonly source: string;
  readonly size: number;
  readonly args: readonly Source[];
  /** Elements of each argument. */
  readonly lengths: readonly number[];
  readonly scalar?: GpuStep["scalar"];
}

/** A graph as a sequence of kernels, equal ones run once, unused ones left out. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  readonly outputs: readonly { readonly from: Source; readonly type: TensorType }[];
  /** Parameters that a step gives new values. */
  readonly assignments: readonly { readonly parameter: StoredParameter; readonly step: number }[];
  /** Multiply-adds of one run, about. */
  readonly work: number;
}

interface DraftStep extends PlanStep {
  readonly work: number;
  /** The least id of the nodes that it is a step of: its own steps come before it in this order, too. */
  born: number;
}

export const makePlan = (mode: GpuMode, graph: Graph): Plan => {
  const engine = `gpu:${mode}`;
  const steps: DraftStep[] = [];
  const known = new Map<string, Source>();
  const names = new Map<Source, string>();
  const values = new Map<Node, Source>();
  const empty = unique(`empty`, { kind: "constant", values: nothing });

  /** One source object for each key, so that equal steps have equal keys. */
  function unique(key: string, source: Source): Source {
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, source);
    names.set(source, key);
    return source;
  }

  const lengthOf = (source: Source): number => {
    if (source.kind === "step") return steps[source.step]!.size;
    if (source.kind === "constant") return source.values.length;
    return source.kind === "input" ? source.size : sizeOf(source.parameter.shape);
  };

  const addStep = (
    { op, id }: Pick<Node, "op" | "id">,
    { source, size, scalar, work = 1 }: Omit<GpuStep, "args">,
    args: readonly Source[],
  ): Source => {
    if (size === 0) return empty;
    if (mode !== "cpu") checkLoops(engine, op, source);
    const key = `step ${size} ${scalar?.y} ${args.map((arg) => names.get(arg)).join(",")} ${source}`;
    const found = known.get(key);
    if (found?.kind === "step") {
      const step = steps[found.step]!;
      step.born = Math.min(step.born, id);
      return found;
    }
    const lengths = args.map(lengthOf);
    const rest = scalar === undefined ? {} : { scalar };
    steps.push({ op, source, size, args, lengths, work: work * size, born: id, ...rest });
    const made: Source = { kind: "step", step: steps.length - 1 };
    known.set(key, made);
    // A short name: keys of later steps would grow with the depth of the graph.
    names.set(made, `s${made.step}`);
    return made;
  };

  const lower = (node: Node): Source => {
    const { definition, inputs } = node;
    if (definition === null) throw new AutogradError(`${engine}: a ${node.op} without a definition`);
    const lowering: GpuLowering = definition.gpu({ inputs, output: node, attributes: node.attributes, mode });
    if ("alias" in lowering) return values.get(inputs[lowering.alias]!)!;
    if (lowering.length === 0 && node.size > 0)
      throw new AutogradError(`${engine}: ${node.op} has no kernels for ${node}`);
    const made: Source[] = [];
    for (const step of lowering) {
      const from = step.args.map((arg) =>
        typeof arg === "number" ? values.get(inputs[arg]!)! : made[arg.step]!,
      );
      made.push(addStep(node, step, from));
    }
    return made.at(-1) ?? empty;
  };

  const leaf = (node: Node): Source | null => {
    if (node.op === "input") {
      const index = graph.inputs.indexOf(node);
      if (index < 0) throw new AutogradError(`${engine}: ${node} is not among the graph's inputs`);
      return unique(`input ${index}`, { kind: "input", index, size: Math.max(1, node.size) });
    }
    if (node.op === "parameter") {
      const parameter = parameterOf(node);
      return unique(`parameter ${parameter.id}`, { kind: "parameter", parameter });
    }
    if (node.op !== "constant") return null;
    const { dtype, data } = node.attributes.value as HostTensor;
    const numbers = toFloat32(dtype, data);
    const key =
      numbers.length <= 16 ? `${[...numbers].map((x) => (Object.is(x, -0) ? "-0" : x))}` : `#${node.id}`;
    return unique(`constant ${key}`, { kind: "constant", values: numbers });
  };

  for (const node of graph.nodes)
    values.set(node, leaf(node) ?? (sizeOf(node.shape) === 0 ? empty : lower(node)));
  const copied = (source: Source, { op, id, size }: Pick<Node, "op" | "id" | "size">): Source =>
    addStep({ op, id }, viewKernel(0, size, [size], [1]), [source]);
  /** Without a memory of its own, results are read back as flat arrays; with one, parameters may be there alone. */
  const readable = (source: Source, node: Node): Source => {
    if (hasOwnMemory(mode)) return source.kind === "parameter" ? copied(source, node) : source;
    const step = source.kind === "step" ? steps[source.step]! : null;
    return step?.scalar === undefined
      ? source
      : copied(source, { op: step.op, id: step.born, size: node.size });
  };
  const outputs = graph.outputs.map((node) => ({ from: readable(values.get(node)!, node), type: node }));
  const assignments = graph.assignments.flatMap(({ parameter, value }) => {
    const source = values.get(value)!;
    const made = source.kind === "step" ? source : copied(source, value);
    return made.kind === "step" ? [{ parameter, step: made.step }] : [];
  });
  return thriftier(steps, { outputs, assignments });
};

/** Loops count in float32 there: one of more turns would never end. */
const checkLoops = (engine: string, op: string, source: string): void => {
  for (const [, turns] of source.matchAll(/for \(let \w+ = \d+; \w+ < (\d+)/g))
    if (Number(turns) > 2 ** 24)
      throw new AutogradError(
        `${engine}: ${op} would take a loop of ${turns} turns; this device counts to ${2 ** 24}; use gpu:cpu`,
      );
};

/** What a plan is for. */
type Ends = Pick<Plan, "outputs" | "assignments">;

/** The steps whose arrays are wanted when all is done. */
const endSteps = ({ outputs, assignments }: Ends): ReadonlySet<number> =>
  new Set([
    ...outputs.flatMap(({ from }) => (from.kind === "step" ? [from.step] : [])),
    ...assignments.map(({ step }) => step),
  ]);

/**
 * The plan of the steps that outputs need, in the order of the graph or in that in which its nodes were made, whichever
 * holds less at a time: the first computes values where they are needed, the second a layer's gradients before it goes
 * on to the next, so that what was kept, or computed again, for them can go.
 */
const thriftier = (steps: readonly DraftStep[], ends: Ends): Plan => {
  const used = usedSteps(steps, ends);
  const made = used.toSorted((a, b) => steps[a]!.born - steps[b]!.born || a - b);
  const [byNeed, byBirth] = [inOrder(steps, used, ends), inOrder(steps, made, ends)];
  return peakBytes(byBirth) < peakBytes(byNeed) ? byBirth : byNeed;
};

/** Without the steps that no output needs: operands of custom gradients, say. */
const usedSteps = (steps: readonly DraftStep[], ends: Ends): readonly number[] => {
  const used = new Set(endSteps(ends));
  const use = (source: Source) => source.kind === "step" && used.add(source.step);
  for (let i = steps.length - 1; i >= 0; i--) if (used.has(i)) steps[i]!.args.forEach(use);
  return steps.flatMap((_, i) => (used.has(i) ? [i] : []));
};

/** The steps of the numbers in `order`, numbered anew. */
const inOrder = (
  steps: readonly DraftStep[],
  order: readonly number[],
  { outputs, assignments }: Ends,
): Plan => {
  const numbers = new Map(order.map((old, i) => [old, i]));
  const renumber = (source: Source): Source =>
    source.kind === "step" ? { kind: "step", step: numbers.get(source.step)! } : source;
  return {
    steps: order.map((old) => {
      const { work: _, born: __, ...step } = steps[old]!;
      return { ...step, args: step.args.map(renumber) };
    }),
    outputs: outputs.map(({ from, type: { shape, dtype } }) => ({
      from: renumber(from),
      type: { shape, dtype },
    })),
    assignments: assignments.map(({ parameter, step }) => ({ parameter, step: numbers.get(step)! })),
    work: order.reduce((total, old) => total + steps[old]!.work, 0),
  };
};

/** For each step, the earlier steps that it reads last: their arrays can go when it has run; wanted ones never. */
export const lastReads = (plan: Plan): readonly (readonly number[])[] => {
  const wanted = endSteps(plan);
  const lastReader = new Map<number, number>();
  plan.steps.forEach(({ args }, i) => {
    for (const arg of args) if (arg.kind === "step") lastReader.set(arg.step, i);
  });
  const dying: number[][] = plan.steps.map(() => []);
  for (const [step, reader] of lastReader) if (!wanted.has(step)) dying[reader]!.push(step);
  return dying;
};

/** The most bytes that the arrays of steps take at one time, in the order of the plan. */
export const peakBytes = (plan: Plan): number => {
  const dying = lastReads(plan);
  let [held, peak] = [0, 0];
  plan.steps.forEach(({ size }, i) => {
    held += 4 * size;
    peak = Math.max(peak, held);
    for (const step of dying[i]!) held -= 4 * plan.steps[step]!.size;
  });
  return peak;
};
