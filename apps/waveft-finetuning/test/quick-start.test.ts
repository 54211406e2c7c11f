import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, hostTensor } from "@waveft/autograd";
import { getPeftModel, PeftModel, WaveFTConfig } from "@waveft/peft";
import { loadDataset, SFTConfig, SFTTrainer } from "@waveft/trainer";
import { AutoModelForCausalLM, AutoTokenizer, type CausalLMInputs } from "@waveft/transformers";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type HubServer, startHubServer } from "../../../packages/transformers/test/support/hub-server";

const model350m = fileURLToPath(
  new URL("../../../packages/transformers/test/golden/opt-post/", import.meta.url),
);
const work = mkdtempSync(join(tmpdir(), "waveft-quick-start-"));
let server: HubServer;

/** 300 reviews, as the hub keeps data sets: one Parquet file a split. */
const reviews = (): Uint8Array => {
  const texts = Array.from(
    { length: 300 },
    (_, i) => `Review ${i}: the film was ${i % 2 ? "good" : "dull"}.`,
  );
  const labels = texts.map((_, i) => i % 2);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "text", data: texts, type: "STRING" },
        { name: "label", data: labels, type: "INT32" },
      ],
    }),
  );
};

beforeAll(async () => {
  const files = Object.fromEntries(
    readdirSync(model350m, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, new Uint8Array(readFileSync(join(model350m, name)))]),
  );
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(["pytorch_model.bin", "vocab.json", "merges.txt"]),
  );
  expect(Object.keys(files)).not.toContain("tokenizer.json");
  server = await startHubServer({
    "facebook/opt-350m": { files },
    imdb: { files: { "data/train-00000-of-00001.parquet": reviews() }, type: "dataset" },
  });
  vi.stubEnv("HF_ENDPOINT", server.url);
  vi.stubEnv("HF_HOME", join(work, "hf"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(work, { recursive: true });
});

const logitsOf = async (
  model: PeftModel<Awaited<ReturnType<typeof AutoModelForCausalLM.fromPretrained>>>,
) => {
  const ids = hostTensor(Int32Array.of(2, 9, 40, 77, 12, 5), [1, 6]);
  const places = hostTensor(Int32Array.of(0, 1, 2, 3, 4, 5), [1, 6]);
  const segments = hostTensor(new Int32Array(6).fill(1), [1, 6]);
  const run = compile((inputs: CausalLMInputs) => ({ logits: model.forward(inputs).logits }), {
    device: model.device,
  });
  const { logits } = await run({ inputIds: ids, positionIds: places, segmentIds: segments });
  await run.dispose();
  return logits.data as Float32Array;
};

test("the quick start, line for line", async () => {
  const model = await AutoModelForCausalLM.fromPretrained("facebook/opt-350m", {
    dtype: "bfloat16",
    device: "auto",
  });
  const tokenizer = await AutoTokenizer.fromPretrained("facebook/opt-350m");
  const dataset = await loadDataset("imdb", { split: "train[:1%]" });
  expect(dataset.length).toBe(3);
  // The tiny model's layers have room for fewer coefficients than 2592.
  const peftModel = getPeftModel(model, new WaveFTConfig({ nFrequency: 259 }));
  const trainer = new SFTTrainer({
    model: peftModel,
    trainDataset: dataset,
    processingClass: tokenizer,
    args: new SFTConfig({
      datasetTextField: "text",
      maxLength: 128,
      outputDir: join(work, "trainer_output"),
      learningRate: 1e-2,
    }),
  });
  await trainer.train();
  expect(trainer.state.globalStep).toBe(3);
  const folder = join(work, "waveft-opt-350m");
  await peftModel.savePretrained(folder);
  const before = await logitsOf(peftModel);

  vi.stubEnv("HF_HUB_OFFLINE", "1");
  const tuned = await PeftModel.fromPretrained(
    await AutoModelForCausalLM.fromPretrained("facebook/opt-350m", { dtype: "bfloat16" }),
    folder,
  );
  expect(await logitsOf(tuned)).toBeAllclose(before, 1e-6);
  const bare = await tuned.disableAdapter(() => logitsOf(tuned));
  expect(bare).not.toEqual(before);
  const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8"));
  expect(config).toMatchObject({
    peft_type: "WAVEFT",
    base_model_name_or_path: "facebook/opt-350m",
    n_frequency: 259,
  });
}, 60_000);
