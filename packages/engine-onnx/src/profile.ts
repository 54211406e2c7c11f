import type { Graph, HostTensor, OpTime } from "@waveft/autograd";
import type { SessionSettings } from "./session";
import { openSession } from "./session";

/** What we read of an event in ONNX Runtime's profile. Times are microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** Without an import, which bundlers for browsers would follow. */
const builtin = <M>(name: string): M => process.getBuiltinModule(name) as M;

/**
 * Times of the ops in one run, by ONNX Runtime's profiling: on a session of its own that is warmed up by one run
 * and gone afterwards, for a session profiles once and writes a file of it. Node only.
 */
export const profileGraph = async (
  graph: Graph,
  settings: SessionSettings,
  inputs: readonly HostTensor[],
): Promise<OpTime[]> => {
  const fs = builtin<typeof import("node:fs/promises")>("node:fs/promises");
  const { join } = builtin<typeof import("node:path")>("node:path");
  const folder = await fs.mkdtemp(
    join(builtin<typeof import("node:os")>("node:os").tmpdir(), "waveft-profile-"),
  );
  try {
    const options = {
      ...settings.options,
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
    };
    const session = await openSession(graph, { ...settings, options }, new Set());
    try {
      await session.run(inputs);
      await session.run(inputs);
    } finally {
      session.endProfiling();
      await session.release();
    }
    const [file] = await fs.readdir(folder);
    const events = JSON.parse(await fs.readFile(join(folder, file!), "utf8")) as ProfileEvent[];
    return opTimes(events, new Set(graph.nodes.map((node) => node.op)));
  } finally {
    await fs.rm(folder, { recursive: true });
  }
};

/** The kernels of the last run, all calls of one op together, the dearest first. */
export const opTimes = (events: readonly ProfileEvent[], ops: ReadonlySet<string>): OpTime[] => {
  const start = Math.max(...events.flatMap(({ name, ts }) => (name === "model_run" ? [ts] : [])));
  const sums = new Map<string, { calls: number; milliseconds: number }>();
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== "Node" || ts < start || !name.endsWith("_kernel_time")) continue;
    const op = opOf(name, ops) ?? args?.op_name ?? "other";
    const sum = sums.get(op) ?? { calls: 0, milliseconds: 0 };
    sum.calls++;
    sum.milliseconds += dur / 1000;
    sums.set(op, sum);
  }
  return [...sums].map(([op, sum]) => ({ op, ...sum })).sort((a, b) => b.milliseconds - a.milliseconds);
};

/** Nodes are named `op_number`; what ONNX Runtime fuses carries the names of its parts, of which the first counts. */
const opOf = (name: string, ops: ReadonlySet<string>): string | undefined => {
  const parts = [...name.matchAll(/([A-Za-z0-9]+)_\d+/g)].map((found) => found[1]!);
  return parts.find((part) => ops.has(part));
};
