import type { Executable, Graph, HostTensor, OpTime, StoredParameter, Traffic } from "@waveft/autograd";
import { bytesOfRun } from "@waveft/autograd";
import { OnnxEngineError } from "./errors";
import { profileGraph } from "./profile";
import { inTurn } from "./runtime";
import type { Session, SessionSettings } from "./session";
import { openSession } from "./session";
import { checkFeeds } from "./tensors";

/**
 * A graph with its session. An embedded parameter that changes after all (a seed, an adapted weight) rebuilds the
 * session once and is fed from then on. A graph without outputs needs no session.
 */
export interface Plan {
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  profile(inputs: readonly HostTensor[]): Promise<readonly OpTime[]>;
  /** Releases the session after the runs that were asked for; further calls do nothing. */
  close(): Promise<void>;
  readonly closed: boolean;
  /** What the last run moved. */
  readonly traffic: Traffic;
  /** About how many bytes it holds. */
  readonly bytes: number;
}

export const openPlan = async (graph: Graph, settings: SessionSettings): Promise<Plan> => {
  const { runtime } = settings;
  const changing = new Set<StoredParameter>();
  const open = () => openSession(graph, settings, changing);
  const isIdle = graph.outputs.length + graph.assignments.length === 0;
  let current: Session | null = isIdle ? null : await inTurn(runtime, open);
  let closing: Promise<void> | null = null;

  const fresh = async (session: Session): Promise<Session> => {
    const changed = session.changedParameters();
    if (changed.length === 0) return session;
    for (const parameter of changed) changing.add(parameter);
    const next = await open();
    current = next;
    await session.release();
    return next;
  };

  return {
    run: (inputs) =>
      inTurn(runtime, async () => (current === null ? [] : (await fresh(current)).run(inputs))),
    profile: (inputs) =>
      inTurn(runtime, async () => (current === null ? [] : profileGraph(graph, settings, inputs))),
    close: () => {
      closing ??= inTurn(runtime, async () => current?.release());
      return closing;
    },
    get closed() {
      return closing !== null;
    },
    get traffic() {
      return settings.memory === null || current === null ? nothing : current.traffic;
    },
    get bytes() {
      return bytesOfRun(graph) + (current?.embeddedBytes ?? 0);
    },
  };
};

const nothing: Traffic = { bytesIn: 0, bytesOut: 0 };

/** The plan as users hold it: feeds are checked, and nothing runs after the disposal. */
export const makeExecutable = (
  graph: Graph,
  { name, timed }: SessionSettings,
  plan: Plan,
  onDispose: () => void,
): Executable => {
  const check = (inputs: readonly HostTensor[]): void => {
    if (plan.closed)
      throw new OnnxEngineError(`${name}: this executable was disposed; compile the graph again`);
    checkFeeds(name, graph, inputs);
  };
  const executable: Executable = {
    run: async (inputs) => {
      check(inputs);
      return plan.run(inputs);
    },
    get traffic() {
      return plan.traffic;
    },
    get bytes() {
      return plan.bytes;
    },
    dispose: async () => {
      if (plan.closed) throw new OnnxEngineError(`${name}: this executable was disposed already`);
      onDispose();
      await plan.close();
    },
  };
  if (timed)
    executable.profile = async (inputs) => {
      check(inputs);
      return plan.profile(inputs);
    };
  return executable;
};
