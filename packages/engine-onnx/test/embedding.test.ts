import { hostTensor, linear, makeGraph, Parameter, Tensor } from "@waveft/autograd";
import { expect, test } from "vitest";
import { loadRuntime } from "../src/runtime";
import type { SessionSettings } from "../src/session";
import { openSession } from "../src/session";

test("sessions embed together as many bytes as they may; the rest is fed, and room comes back", async () => {
  const settings: SessionSettings = {
    name: "onnx:cpu",
    runtime: await loadRuntime("node"),
    options: { executionProviders: ["cpu"] },
    embed: 3000,
    embedTogether: { most: 5000, now: 0 },
    memory: null,
    embedFirst: false,
    timed: false,
    wrong: () => false,
  };
  const weights = [1, 2].map(
    (n) => new Parameter(hostTensor(new Float32Array(256).fill(n), [16, 16]), { requiresGrad: false }),
  );
  const x = new Tensor("input", [], {}, [1, 16], "float32");
  const open = () =>
    openSession(makeGraph([x], [weights.reduce((y, weight) => linear(y, weight), x)]), settings, new Set());
  const sessions = [await open(), await open(), await open()];
  expect(sessions.map(({ embeddedBytes }) => embeddedBytes)).toEqual([2048, 2048, 0]);
  const feed = hostTensor(new Float32Array(16).fill(1), [1, 16]);
  for (const session of sessions) expect((await session.run([feed]))[0]!.data[0]).toBe(16 * 32);
  await sessions[0]!.release();
  const again = await open();
  expect(again.embeddedBytes).toBe(2048);
  for (const session of [...sessions.slice(1), again]) await session.release();
  expect(settings.embedTogether.now).toBe(0);
});
