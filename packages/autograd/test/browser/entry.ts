import type { Engine } from "../../src";
import { exp, hostTensor, makeGraph, matmul, softmax } from "../../src";
import { gpuEngine } from "../../src/engines/gpu";
import { assignChecks, residenceChecks } from "../assign-checks";
import { nnCases } from "../nn-cases";
import { inputsLike, opCases } from "../op-cases";
import { choicesFrom, disagreements } from "../random-graphs";
import { supportChecks } from "../support-check";
import { comeAndGo, trainNetwork } from "../training";

export type PageMode = "webgl2" | "webgpu";

const engines = new Map<PageMode, Promise<Engine>>();

const engineOf = (mode: PageMode): Promise<Engine> => {
  const engine = engines.get(mode) ?? gpuEngine(mode);
  engines.set(mode, engine);
  return engine;
};

/** WebGL2 compiles a program for every kernel: second derivatives there of the core ops alone. */
const casesOf = (mode: PageMode) =>
  mode === "webgpu"
    ? opCases
    : opCases.map((row) => (nnCases.includes(row) ? { ...row, second: null } : row));

/** Runs every check of the support matrix: by name, what is wrong. */
export const checkSupport = async (mode: PageMode): Promise<Record<string, readonly string[]>> => {
  const engine = await engineOf(mode);
  const found: Record<string, readonly string[]> = {};
  for (const { name, complaints } of supportChecks(`gpu:${mode}`, casesOf(mode)))
    found[name] = await complaints(engine).catch((error: unknown) => [String(error)]);
  return found;
};

/** Assigned parameters: by check, what is wrong. WebGL2's are the host's. */
export const checkState = async (mode: PageMode): Promise<Record<string, readonly string[]>> => {
  const engine = await gpuEngine(mode);
  const found: Record<string, readonly string[]> = {};
  for (const { name, complaints } of [...(mode === "webgpu" ? residenceChecks : []), ...assignChecks]) {
    const wrong = await complaints(engine).catch((error: unknown) => [String(error)]);
    if (wrong.length > 0) found[name] = wrong;
  }
  await engine.dispose!();
  return found;
};

export const train = async (mode: PageMode, steps: number) => trainNetwork(await engineOf(mode), steps);

export const cycle = async (mode: PageMode, from: number, plans: number) =>
  comeAndGo(await engineOf(mode), from, plans);

/** Random graphs against gpu:cpu: by seed, where they disagree. */
export const checkRandom = async (
  mode: PageMode,
  seeds: number,
): Promise<Record<number, readonly string[]>> => {
  const engine = await engineOf(mode);
  const reference = await gpuEngine("cpu");
  const found: Record<number, readonly string[]> = {};
  for (let seed = 1; seed <= seeds; seed++) {
    const wrong = await disagreements(engine, reference, choicesFrom(seed)).catch((error: unknown) => [
      String(error),
    ]);
    if (wrong.length > 0) found[seed] = wrong;
  }
  await reference.dispose?.();
  return found;
};

/** The ops that a profile finds in a small graph. */
export const profileOps = async (mode: PageMode): Promise<readonly string[]> => {
  const feed = hostTensor(new Float32Array(64).fill(0.5), [8, 8]);
  const [x] = inputsLike([feed]);
  const executable = await (await engineOf(mode)).compile(
    makeGraph([x!], [softmax(matmul(x!, exp(x!))), exp(x!)]),
  );
  const times = await executable.profile!([feed]);
  await executable.dispose();
  return times.map(({ op }) => op).sort();
};
