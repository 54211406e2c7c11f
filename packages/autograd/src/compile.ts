import type { Device, DeviceChoice } from "./device";
import { chooseDevice, isClosed } from "./device";
import type { Engine, Executable } from "./engine";
import { AutogradError } from "./errors";
import type { Graph } from "./graph";
import { makeGraph } from "./graph";
import type { HostTensor } from "./host-tensor";
import { whileInUse } from "./in-use";
import { parameterOf } from "./node";
import type { Profile } from "./profile";
import { makeProfile, profileOpByOp } from "./profile";
import { isTensor, Tensor } from "./tensor";
import type { Fed, Hosted, Leaf, Tree } from "./tree";
import { flatten, hostLeaf, hostTree, mapTree, signatureOf } from "./tree";

export interface CompileOptions {
  /** Where to run (default `auto`). */
  device?: Device;
  /** Anything besides the signature that changes the graph: train or eval, the adapters' structure. */
  key?: () => string;
  /** Plans kept, the least recently used leaving first (default 8). */
  cacheSize?: number;
}

type FedArgs<A extends readonly unknown[]> = { [K in keyof A]: Fed<A[K]> };

export interface Compiled<A extends readonly unknown[], R> {
  (...args: FedArgs<A>): Promise<Hosted<R>>;
  /** The graph that a call with these arguments runs. */
  graph(...args: FedArgs<A>): Graph;
  /** Runs with these arguments, and tells the time op by op. */
  profile(...args: FedArgs<A>): Promise<Profile>;
  /** The device that a call with these arguments runs on, and why that one. */
  device(...args: FedArgs<A>): Promise<DeviceChoice>;
  /**
   * Releases all plans, after their last runs; the function cannot be called or disposed again. One that is
   * forgotten is disposed when it is garbage collected.
   */
  dispose(): Promise<void>;
}

interface Plan {
  readonly graph: Graph;
  readonly choice: Promise<DeviceChoice>;
  readonly executable: Promise<Executable>;
  /** Once it is chosen. */
  engine: Engine | null;
  readonly result: Tree<Tensor>;
  running: Promise<unknown>;
}

/** Leaves of a traced function's result. */
const tensorLeaf: Leaf<Tensor> = { is: isTensor, wanted: "a compiled function returns graph tensors" };

/** The safety net of functions that nobody disposes. */
const forgotten = new FinalizationRegistry<Map<string, Plan>>((plans) => {
  for (const plan of plans.values()) letGo(plan);
});

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
  if (!(cacheSize >= 1)) throw new AutogradError(`compile: cacheSize ${cacheSize}; keep at least 1 plan`);
  const plans = new Map<string, Plan>();
  let disposed = false;

  const trace = (args: Tree<HostTensor>): { graph: Graph; result: Tree<Tensor> } => {
    const inputs: Tensor[] = [];
    const traced = mapTree(args, hostLeaf, ({ shape, dtype }) => {
      const input = new Tensor("input", [], { index: inputs.length }, shape, dtype);
      inputs.push(input);
      return input;
    });
    const result = fn(...(traced as unknown as A)) as Tree<Tensor>;
    return { graph: makeGraph(inputs, flatten(result, tensorLeaf)), result };
  };

  const planFor = (args: Tree<HostTensor>): Plan => {
    const signature = `${options.key?.() ?? ""}|${signatureOf(args)}`;
    const kept = plans.get(signature);
    if (kept !== undefined) plans.delete(signature);
    // A named device whose engine was disposed is opened anew.
    const found = kept?.engine && isClosed(kept.engine) ? undefined : kept;
    const plan = found ?? makePlan(trace(args), options.device);
    plans.set(signature, plan);
    if (found === undefined)
      plan.executable.catch(() => {
        if (plans.get(signature) === plan) plans.delete(signature);
      });
    for (const [oldest, old] of plans) {
      if (plans.size <= cacheSize) break;
      plans.delete(oldest);
      letGo(old);
    }
    return plan;
  };

  /** Does something with the plan for these arguments; the plan stays until it is done. */
  const using = async <T>(
    args: FedArgs<A>,
    work: (plan: Plan, executable: Executable, inputs: readonly HostTensor[]) => Promise<T>,
  ): Promise<T> => {
    if (disposed) throw new AutogradError("compile: this function was disposed; compile it again");
    const tree = hostTree(args as unknown as Tree<HostTensor>);
    const plan = planFor(tree);
    const done = whileInUse(plan.graph.parameters.map(parameterOf), async () =>
      work(plan, await plan.executable, flatten(tree, hostLeaf)),
    );
    // Only the time counts: a promise that kept the results would keep those of all earlier runs.
    plan.running = Promise.allSettled([plan.running, done]).then(() => undefined);
    return done;
  };

  const call = (...args: FedArgs<A>): Promise<Hosted<R>> =>
    using(args, async ({ result }, executable, inputs) => {
      const outputs = await executable.run(inputs);
      let next = 0;
      return mapTree(result, tensorLeaf, () => outputs[next++]!) as Hosted<R>;
    });

  const compiled = Object.assign(call, {
    graph: (...args: FedArgs<A>) => trace(hostTree(args as unknown as Tree<HostTensor>)).graph,
    profile: (...args: FedArgs<A>) =>
      using(args, async ({ graph, choice }, executable, inputs) =>
        makeProfile(
          (await executable.profile?.(inputs)) ?? (await profileOpByOp((await choice).engine, graph, inputs)),
        ),
      ),
    device: (...args: FedArgs<A>) => using(args, ({ choice }) => choice),
    dispose: async () => {
      if (disposed) throw new AutogradError("compile: this function was disposed already");
      disposed = true;
      forgotten.unregister(plans);
      await releaseAll(plans);
    },
  });
  forgotten.register(compiled, plans, plans);
  return compiled;
};

const makePlan = ({ graph, result }: { graph: Graph; result: Tree<Tensor> }, device?: Device): Plan => {
  const choice = chooseDevice(device, graph);
  const executable = choice.then(({ engine }) => engine.compile(graph));
  const plan: Plan = { graph, choice, executable, engine: null, result, running: Promise.resolve() };
  choice.then(
    ({ engine }) => {
      plan.engine = engine;
    },
    () => undefined,
  );
  return plan;
};

const releaseAll = async (plans: Map<string, Plan>): Promise<void> => {
  const open = [...plans.values()];
  plans.clear();
  await Promise.all(open.map(release));
};

/** Releases a plan that nobody waits for: an engine that is closed has released it already, and says so. */
const letGo = (plan: Plan): void => {
  release(plan).catch(() => undefined);
};

/** Disposes a plan after its last run. */
const release = async (plan: Plan): Promise<void> => {
  await plan.running;
  const [made] = await Promise.allSettled([plan.executable]);
  if (made.status === "fulfilled") await made.value.dispose();
};
