import type { Engine, HostTensor } from "@waveft/autograd";
import { makeGraph, Tensor } from "@waveft/autograd";

/** Traces `fn` over inputs of the types of `feeds`, and runs it once. */
export const runOn = async (
  engine: Engine,
  feeds: readonly HostTensor[],
  fn: (...inputs: Tensor[]) => readonly Tensor[],
): Promise<HostTensor[]> => {
  const inputs = feeds.map(({ shape, dtype }, index) => new Tensor("input", [], { index }, shape, dtype));
  const executable = await engine.compile(makeGraph(inputs, fn(...inputs)));
  try {
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
};
