import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { HostTensor } from "@waveft/autograd";
import {
  add,
  checkpoint,
  gelu,
  gradients,
  hostTensor,
  linear,
  makeGraph,
  mul,
  Parameter,
  sum,
  Tensor,
} from "@waveft/autograd";
import { expect, test } from "vitest";
import { onnxEngine } from "../src";

/** Linux tells a process its peak memory, and starts the count anew on request. */
const status = "/proc/self/status";
const megabytes = (key: "VmHWM" | "VmRSS") =>
  Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(status, "utf8"))![1]) / 1024;

const [rows, width, wide, blocks] = [512, 64, 2048, 12];
const wave = (shape: readonly number[], scale: number) =>
  hostTensor(
    Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => Math.sin(i * 1.7) * scale),
    shape,
  );
const layers = Array.from({ length: blocks }, () => [
  new Parameter(wave([wide, width], 0.1)),
  new Parameter(wave([width, wide], 0.1)),
]);

const run = async (wrap: (block: (x: Tensor) => Tensor, x: Tensor) => Tensor) => {
  const input = new Tensor("input", [], { index: 0 }, [rows, width], "float32");
  const y = layers.reduce<Tensor>(
    (x, [up, down]) => wrap((h) => add(h, linear(gelu(linear(h, up!)), down!)), x),
    input,
  );
  const loss = sum(mul(y, y));
  const engine = await onnxEngine("cpu");
  const executable = await engine.compile(makeGraph([input], [loss, ...gradients(loss, layers.flat())]));
  writeFileSync("/proc/self/clear_refs", "5");
  const before = megabytes("VmRSS");
  const values: HostTensor[] = await executable.run([wave([rows, width], 1)]);
  const peak = megabytes("VmHWM") - before;
  await executable.dispose();
  return { values, peak };
};

test.skipIf(!existsSync("/proc/self/clear_refs"))(
  "checkpointed blocks take far less memory (Linux only)",
  async () => {
    const checkpointed = await run((block, x) => checkpoint(block, x));
    const plain = await run((block, x) => block(x));
    checkpointed.values.forEach(({ data }, i) => {
      expect(data).toBeAllclose(plain.values[i]!.data, 1e-5);
    });
    // Two activations of 4 MiB for each of 12 blocks, against those of one.
    expect(plain.peak).toBeGreaterThan(90);
    expect(checkpointed.peak).toBeLessThan(plain.peak / 2);
  },
);
