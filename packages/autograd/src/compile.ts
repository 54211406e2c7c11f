import type { Assignment } from "./assign";
import { assignOnHost, checkStarts, fetchedFor, isAssignment, wholeOf } from "./assign";
import type { Device, DeviceChoice } from "./device";
import { chooseDevice, isClosed } from "./device";
import type { Engine, Executable } from "./engine";
import { AutogradError } from "./errors";
import type { Graph } from "./graph";
import { bringHome, bytesOfRun, makeGraph } from "./graph";
import type { HostTensor } from "./host-tensor";
import { whileInUse } from "./in-use";
import { parameterOf, type StoredParameter } from "./node";
import type { Profile } from "./profile";
import { makeProfile, profileOpByOp } from "./profile";
import { isTensor, Tensor } from "./tensor";
import type { Dependency } from "./trace";
import { holds, tracing } from "./trace";
import type { Fed, Hosted, Leaf, Tree } from "./tree";
import { flatten, hostLeaf, hostTree, mapTree, signatureOf } from "./tree";
import { inTurns } from "./turns";

export interface CompileOptions {
  /** Where to run (default `auto`). */
  device?: Device;
  /**
   * Anything that changes the graph besides the signature, and besides what the layers that `fn` calls say themselves:
   * their train mode, the adapters that act, what stands in a model.
   */
  key?: () => string;
  /** Plans kept, the least recently used leaving first (default 8). */
  cacheSize?: number;
  /** Bytes that these plans hold together, about, the least recently used leaving first (default 4 GiB). */
  cacheBytes?: number;
}

type FedArgs<A extends readonly unknown[]> = { [K in keyof A]: Fed<A[K]> };

export interface Compiled<A extends readonly unknown[], R> {
  (...args: FedArgs<A>): Promise<Hosted<R>>;
  /** The graph that a call with these arguments runs. */
  graph(...args: FedArgs<A>): Graph;
  /** Runs with these arguments, and tells what crossed to and from the device, and the time op by op. */
  profile(...args: FedArgs<A>): Promise<Profile>;
  /** The device that a call with these arguments runs on, and why that one. */
  device(...args: FedArgs<A>): Promise<DeviceChoice>;
  /**
   * Releases all plans, after their last runs; the function cannot be called or disposed again. One that is
   * forgotten is disposed when it is garbage collected.
   */
  dispose(): Promise<void>;
}

interface Traced {
  /** As the host carries assignments out: after the tensors of the result, the outputs are what those take. */
  readonly graph: Graph;
  readonly result: Tree<Tensor | Assignment>;
  /** In the order of the result. */
  readonly tensors: readonly Tensor[];
  readonly assignments: readonly Assignment[];
  /** What else it was built by. */
  readonly dependencies: readonly Dependency[];
}

interface Plan extends Traced {
  readonly signature: string;
  readonly choice: Promise<DeviceChoice>;
  readonly executable: Promise<Executable>;
  /** Once it is chosen. */
  engine: Engine | null;
  /** 0 until it is made. */
  bytes: () => number;
  running: Promise<unknown>;
}

/** Leaves of a traced function's result. */
const resultLeaf: Leaf<Tensor | Assignment> = {
  is: (value) => isTensor(value) || isAssignment(value),
  wanted: "a compiled function returns graph tensors",
};

/**
 * The safety net of plans whose function nobody disposes. It holds no plan: what a plan depends on would hold the model
 * that keeps the function.
 */
const forgotten = new FinalizationRegistry<Promise<Executable>>((executable) => {
  executable.then((made) => made.dispose()).catch(() => undefined);
});

/**
 * Makes an async function of host tensors out of a function of graph tensors. `fn` is traced once per input
 * signature (and key); each call is one launch of one plan. Arguments and results are tensors in nested
 * arrays and records; parameters that `fn` uses are read at each launch. A result may also hold assignments (see
 * `assign`).
 */
export const compile = <A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> => {
  const { cacheSize = 8, cacheBytes = 2 ** 32 } = options;
  if (!(cacheSize >= 1)) throw new AutogradError(`compile: cacheSize ${cacheSize}; keep at least 1 plan`);
  if (!(cacheBytes >= 0))
    throw new AutogradError(`compile: cacheBytes ${cacheBytes}; give a number of bytes from 0`);
  /** The least recently used first. */
  const plans = new Set<Plan>();
  let disposed = false;

  const trace = (args: Tree<HostTensor>): Traced => {
    const inputs: Tensor[] = [];
    const traced = mapTree(args, hostLeaf, ({ shape, dtype }) => {
      const input = new Tensor("input", [], { index: inputs.length }, shape, dtype);
      inputs.push(input);
      return input;
    });
    const { result, dependencies } = tracing(
      () => fn(...(traced as unknown as A)) as Tree<Tensor | Assignment>,
    );
    const leaves = flatten(result, resultLeaf);
    const tensors = leaves.filter(isTensor);
    const assignments = leaves.filter(isAssignment);
    checkOnce(assignments);
    const graph = makeGraph(inputs, [...tensors, ...assignments.flatMap(fetchedFor)]);
    return { graph, result, tensors, assignments, dependencies };
  };

  /** Lets the least recently used plans go that are too many, or too large; the one in use stays. */
  const trim = (): void => {
    if (plans.size === 1) return;
    let bytes = [...plans].reduce((total, plan) => total + plan.bytes(), 0);
    for (const old of plans) {
      if (plans.size === 1 || (plans.size <= cacheSize && bytes <= cacheBytes)) break;
      plans.delete(old);
      bytes -= old.bytes();
      letGo(old);
    }
  };

  const planFor = (args: Tree<HostTensor>): Plan => {
    const signature = `${options.key?.() ?? ""}|${signatureOf(args)}`;
    const kept = [...plans].find((plan) => plan.signature === signature && holds(plan.dependencies));
    if (kept !== undefined) plans.delete(kept);
    // A named device whose engine was disposed is opened anew.
    const found = kept?.engine && isClosed(kept.engine) ? undefined : kept;
    const plan = found ?? makePlan(signature, trace(args), options.device);
    plans.add(plan);
    if (found === undefined)
      plan.executable.then(
        (executable) => {
          let bytes: number | null = null;
          plan.bytes = () => {
            bytes ??= executable.bytes ?? bytesOfRun(plan.graph);
            return bytes;
          };
          trim();
        },
        () => plans.delete(plan),
      );
    trim();
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
    const parameters = parametersOf(plan);
    const done = whileInUse(parameters, () =>
      inTurns(parameters, async () => {
        const executable = await plan.executable;
        await bringHome(plan.graph, (await plan.choice).engine.memory);
        return work(plan, executable, flatten(tree, hostLeaf));
      }),
    );
    // Only the time counts: a promise that kept the results would keep those of all earlier runs.
    plan.running = Promise.allSettled([plan.running, done]).then(() => undefined);
    return done;
  };

  const launch = async (
    { assignments, tensors, choice }: Plan,
    executable: Executable,
    inputs: readonly HostTensor[],
  ): Promise<HostTensor[]> => {
    checkStarts(assignments, inputs);
    const outputs = await executable.run(inputs);
    if ((await choice).engine.memory === undefined)
      assignOnHost(assignments, inputs, outputs.slice(tensors.length));
    return outputs;
  };

  const call = (...args: FedArgs<A>): Promise<Hosted<R>> =>
    using(args, async (plan, executable, inputs) => {
      const outputs = await launch(plan, executable, inputs);
      let next = 0;
      return mapTree(plan.result, resultLeaf, (leaf) =>
        isAssignment(leaf) ? null : outputs[next++]!,
      ) as Hosted<R>;
    });

  return Object.assign(call, {
    graph: (...args: FedArgs<A>) => trace(hostTree(args as unknown as Tree<HostTensor>)).graph,
    profile: (...args: FedArgs<A>) =>
      using(args, async (plan, executable, inputs) => {
        await launch(plan, executable, inputs);
        const { traffic } = executable;
        // Op by op, parameters are read on the host.
        await bringHome(plan.graph);
        const times =
          (await executable.profile?.(inputs)) ??
          (await profileOpByOp((await plan.choice).engine, plan.graph, inputs));
        return makeProfile(times, traffic);
      }),
    device: (...args: FedArgs<A>) => using(args, ({ choice }) => choice),
    dispose: async () => {
      if (disposed) throw new AutogradError("compile: this function was disposed already");
      disposed = true;
      await releaseAll(plans);
    },
  });
};

const makePlan = (signature: string, traced: Traced, device?: Device): Plan => {
  const { graph, tensors, assignments } = traced;
  const choice = chooseDevice(device, graph);
  const executable = choice.then(({ engine }) =>
    engine.compile(
      engine.memory === undefined || assignments.length === 0
        ? graph
        : makeGraph(graph.inputs, tensors, assignments.map(wholeOf)),
    ),
  );
  const running = Promise.resolve();
  const plan: Plan = { ...traced, signature, choice, executable, engine: null, bytes: () => 0, running };
  choice.then(
    ({ engine }) => {
      plan.engine = engine;
    },
    () => undefined,
  );
  forgotten.register(plan, executable, plan);
  return plan;
};

/** The parameters that a plan reads or assigns to. */
const parametersOf = ({ graph, assignments }: Plan): readonly StoredParameter[] => [
  ...graph.parameters.map(parameterOf),
  ...assignments.map(({ parameter }) => parameter),
];

const checkOnce = (assignments: readonly Assignment[]): void => {
  const seen = new Set<object>();
  for (const { parameter } of assignments) {
    if (seen.has(parameter))
      throw new AutogradError(`compile: ${parameter} is assigned to twice; a run gives it one value`);
    seen.add(parameter);
  }
};

const releaseAll = async (plans: Set<Plan>): Promise<void> => {
  const open = [...plans];
  plans.clear();
  await Promise.all(open.map(release));
};

/** Releases a plan that nobody waits for: an engine that is closed has released it already, and says so. */
const letGo = (plan: Plan): void => {
  release(plan).catch(() => undefined);
};

/** Disposes a plan after its last run. */
const release = async (plan: Plan): Promise<void> => {
  forgotten.unregister(plan);
  await plan.running;
  const [made] = await Promise.allSettled([plan.executable]);
  if (made.status === "fulfilled") await made.value.dispose();
};
