import { expect, it } from "vitest";
import { Trainer, TrainingArguments } from "../src";
import { someExamples, TableModel } from "./support/table-model";

/** Bytes outside and inside the JavaScript heap. */
const memory = () => process.memoryUsage().rss / 2 ** 20;

it("10,000 steps take no more memory than 2,000, without forced garbage collection", async () => {
  const peaks: number[] = [];
  const trainer = new Trainer({
    model: new TableModel(),
    args: new TrainingArguments({ maxSteps: 10_000, perDeviceTrainBatchSize: 2, saveStrategy: "no" }),
    trainDataset: someExamples(16),
    callbacks: [
      {
        onStepEnd: ({ step }) => {
          const part = Math.floor((step - 1) / 2000);
          peaks[part] = Math.max(peaks[part] ?? 0, memory());
        },
      },
    ],
  });
  await trainer.train();
  await trainer.dispose();
  console.log(`peak MiB by 2,000 steps: ${peaks.map((peak) => peak.toFixed(1)).join(", ")}`);
  expect(peaks.at(-1)! - peaks[1]!).toBeLessThan(20);
}, 600_000);
