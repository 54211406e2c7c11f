import type { Device } from "./device";
import { resolveDevice } from "./device";
import type { Executable } from "./engine";
import { AutogradError } from "./errors";
import type { Graph } from "./graph";
import { makeGraph } from "./graph";
import type { HostTensor } from "./tensor";
import { isTensor, Tensor } from "./tensor";
import type { Hosted, Tree } from "./tree";
import { flatten, isHostTensor, mapTree, signatureOf } from "./tree";

export interface CompileOptions {
  /** Where to run (default `auto`). */
  device?: Device;
  /** Anything besides the signature that changes the graph: train or eval, the adapters' structure. */
  key?: () => string;
  /** Plans kept, the least recently used leaving first (default 8). */
  cacheSize?: number;
}

type HostedArgs<A extends readonly unknown[]> = { [K in keyof A]: Hosted<A[K]> };

export interface Compiled<A extends readonly unknown[], R> {
  (...args: HostedArgs<A>): Promise<Hosted<R>>;
  /** The graph that a call with these arguments runs. */
  graph(...args: HostedArgs<A>): Graph;
  /** Releases all plans; the function cannot be called again. */
  dispose(): Promise<void>;
}

interface Plan {
  readonly executable: Promise<Executable>;
  readonly result: Tree<Tensor>;
  running: Promise<unknown>;
}

/**
 * Makes an async function of host tensors out of a function of graph tensors. `fn` is traced once per input
 * signature (and key); each call is one launch of one plan. Arguments and results are tensors in nested
 * arrays and records; parameters that `fn` uses are read at each launch.
 */
export const compile = <A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> => {
  const { cacheSize = 8 } = options;
  const plans = new Map<string, Plan>();
  let disposed = false;

  const trace = (args: Tree<HostTensor>): { graph: Graph; result: Tree<Tensor> } => {
    const inputs: Tensor[] = [];
    const traced = mapTree(args, isHostTensor, ({ shape, dtype }) => {
      const input = new Tensor("input", [], { index: inputs.length }, shape, dtype);
      inputs.push(input);
      return input;
    });
    const result = fn(...(traced as unknown as A)) as Tree<Tensor>;
    return { graph: makeGraph(inputs, flatten(result, isTensor)), result };
  };

  const planFor = (args: Tree<HostTensor>): Plan => {
    const signature = `${options.key?.() ?? ""}|${signatureOf(args)}`;
    const found = plans.get(signature);
    if (found !== undefined) plans.delete(signature);
    const plan = found ?? makePlan(trace(args), options.device);
    plans.set(signature, plan);
    if (found === undefined) plan.executable.catch(() => plans.delete(signature));
    for (const [oldest, old] of plans) {
      if (plans.size <= cacheSize) break;
      plans.delete(oldest);
      void release(old);
    }
    return plan;
  };

  const call = async (...args: HostedArgs<A>): Promise<Hosted<R>> => {
    if (disposed) throw new AutogradError("compile: this function was disposed; compile it again");
    const inputs = args as unknown as Tree<HostTensor>;
    const plan = planFor(inputs);
    const run = plan.executable.then((executable) => executable.run(flatten(inputs, isHostTensor)));
    // Only the time counts: a promise that kept the results would keep those of all earlier runs.
    plan.running = Promise.allSettled([plan.running, run]).then(() => undefined);
    const outputs = await run;
    let next = 0;
    return mapTree(plan.result, isTensor, () => outputs[next++]!) as Hosted<R>;
  };

  return Object.assign(call, {
    graph: (...args: HostedArgs<A>) => trace(args as unknown as Tree<HostTensor>).graph,
    dispose: async () => {
      disposed = true;
      const open = [...plans.values()];
      plans.clear();
      await Promise.all(open.map(release));
    },
  });
};

/** Runs a graph once: the values of `tensors`. For work that repeats, `compile`. */
export const evaluate = async (
  tensors: readonly Tensor[],
  options: { device?: Device } = {},
): Promise<HostTensor[]> => {
  const stray = makeGraph([], tensors).nodes.find((node) => node.op === "input");
  if (stray !== undefined)
    throw new AutogradError("evaluate: the tensor belongs to a traced function; return it from there");
  const engine = await resolveDevice(options.device);
  const executable = await engine.compile(makeGraph([], tensors));
  try {
    return await executable.run([]);
  } finally {
    await executable.dispose();
  }
};

const makePlan = ({ graph, result }: { graph: Graph; result: Tree<Tensor> }, device?: Device): Plan => ({
  executable: resolveDevice(device).then((engine) => engine.compile(graph)),
  result,
  running: Promise.resolve(),
});

/** Disposes a plan after its last run. */
const release = async (plan: Plan): Promise<void> => {
  await plan.running;
  const [made] = await Promise.allSettled([plan.executable]);
  if (made.status === "fulfilled") await made.value.dispose();
};
