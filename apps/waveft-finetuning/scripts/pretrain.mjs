// Pre-trains the embedded model from scratch on the corpus of make-corpus.mjs, with this repository's own packages:
// the stack's AdamW, graph and engine. Writes assets/opt-mini/model.safetensors in bfloat16.
// Usage, after `pnpm build`: node scripts/pretrain.mjs [--steps N] [--device onnx:cpu] [--out folder]
// The 1,600 steps, 1,024 tokens each, take about twenty minutes on two cores.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Trainer, TrainingArguments } from "@waveft/trainer";
import { AutoConfig, AutoModelForCausalLM, AutoTokenizer } from "@waveft/transformers";
import { corpus } from "./make-corpus.mjs";

const assets = join(dirname(dirname(fileURLToPath(import.meta.url))), "assets", "opt-mini");
const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1600" },
    device: { type: "string", default: "onnx:cpu" },
    out: { type: "string", default: assets },
  },
});

/** Tokens of a row: all positions of the model are trained. */
const ROW = 512;
const ROWS_PER_STEP = 2;

/** Documents end to end, each begun by the tokenizer's `</s>`, cut into rows of one segment. */
const rowsOf = (split, tokenizer) => {
  const ids = corpus(split).flatMap((text) => tokenizer.encode(text));
  return Array.from({ length: Math.floor(ids.length / ROW) }, (_, i) => ({
    inputIds: Int32Array.from(ids.slice(i * ROW, (i + 1) * ROW)),
  }));
};

const tokenizer = await AutoTokenizer.fromPretrained(assets);
const config = await AutoConfig.fromPretrained(assets);
const model = AutoModelForCausalLM.fromConfig(config, { seed: 42, dtype: "float32", device: values.device });
const trainRows = rowsOf("train", tokenizer);
const heldOut = rowsOf("held-out", tokenizer);
console.log(
  `${model.numParameters()} parameters; ${trainRows.length} rows of ${ROW} tokens, ${heldOut.length} held out`,
);

const checkpoints = await mkdtemp(join(tmpdir(), "opt-mini-"));
const started = performance.now();
const trainer = new Trainer({
  model,
  trainDataset: trainRows,
  evalDataset: heldOut,
  args: new TrainingArguments({
    outputDir: checkpoints,
    maxSteps: Number(values.steps),
    perDeviceTrainBatchSize: ROWS_PER_STEP,
    maxTokensPerLaunch: ROW * ROWS_PER_STEP,
    learningRate: 2e-3,
    warmupSteps: 100,
    weightDecay: 0.1,
    adamBeta2: 0.95,
    loggingSteps: 50,
    evalStrategy: "steps",
    evalSteps: 800,
    saveSteps: 800,
    saveTotalLimit: 1,
  }),
  callbacks: [
    {
      onLog: ({ step, loss, eval_loss, num_tokens, step_time }) => {
        const minutes = ((performance.now() - started) / 60000).toFixed(1);
        if (loss !== undefined)
          console.log(
            `${minutes} min, step ${step}: loss ${loss.toFixed(3)}, ${Math.round(num_tokens / step_time)} tokens/s`,
          );
        if (eval_loss !== undefined)
          console.log(`${minutes} min, step ${step}: held-out loss ${eval_loss.toFixed(3)}`);
      },
    },
  ],
});
await trainer.train();
const full = join(checkpoints, "float32");
await model.savePretrained(full);
const rounded = await AutoModelForCausalLM.fromPretrained(full, { dtype: "bfloat16", device: values.device });
await rounded.savePretrained(values.out);
await rm(checkpoints, { recursive: true });
console.log(
  `wrote ${join(values.out, "model.safetensors")} (${(await readFile(join(values.out, "model.safetensors"))).length} bytes)`,
);
