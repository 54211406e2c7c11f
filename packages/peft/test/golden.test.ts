import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, hostTensor, linear, pullback, type Tensor } from "@waveft/autograd";
import { fileSource, openSafetensors } from "@waveft/safetensors";
import { AutoModelForCausalLM, type CausalLMInputs } from "@waveft/transformers";
import { describe, expect, test } from "vitest";
import { PeftModel, WaveFTConfig } from "../src";
import { waveft } from "../src/methods/waveft";
import { deltaOf } from "./support";

const golden = fileURLToPath(new URL("./golden/", import.meta.url));
const models = fileURLToPath(new URL("../../transformers/test/golden/", import.meta.url));

const readAll = async (path: string) => {
  const file = await openSafetensors(await fileSource(path));
  const entries = await Promise.all(
    [...file.tensors.keys()].map(async (name) => [name, await file.read(name)] as const),
  );
  await file.close();
  return new Map(entries);
};
const numbers = (data: ArrayLike<number> | ArrayLike<bigint>): number[] =>
  Array.from(data as ArrayLike<number>, Number);

interface DeltaCase {
  out: number;
  in: number;
  n_frequency: number;
  wavelet_family: string;
  use_idwt: boolean;
  random_loc_seed: number;
  scaling: number;
}

describe("ΔW and its gradient are PEFT's", () => {
  const { cases, tolerance, delta_tolerance } = JSON.parse(readFileSync(`${golden}delta.json`, "utf8")) as {
    cases: DeltaCase[];
    tolerance: number;
    delta_tolerance: number;
  };
  const tensors = readAll(`${golden}delta.safetensors`);
  cases.forEach((fields, c) => {
    const family = fields.use_idwt ? fields.wavelet_family : "direct";
    test(`${fields.out}×${fields.in} ${family}, ${fields.n_frequency} coefficients`, async () => {
      const all = await tensors;
      const of = (name: string) => Float32Array.from(numbers(all.get(`${c}.${name}`)!.data));
      const { out, in: width, ...json } = fields;
      const config = WaveFTConfig.fromJson(json);
      const [adapter] = waveft.createAdapters(config, [
        { name: "layer", outFeatures: out, inFeatures: width, dtype: "float32" },
      ]);
      const spectrum = adapter!.parameters.waveft_spectrum!;
      spectrum.data = of("coefficients");
      expect(deltaOf(adapter!, out, width)).toBeAllclose(of("delta"), delta_tolerance);
      const x = of("x");
      const dy = of("dy");
      for (const device of ["gpu:cpu", "onnx:cpu"]) {
        const rows = x.length / width;
        const run = compile(
          (a: Tensor, b: Tensor) => {
            const values = [spectrum.tensor];
            const matrix = adapter!.matrix(values);
            const forms = [adapter!.product(a, values), linear(a, matrix)];
            return { matrix, forms: forms.map((y) => ({ y, gradient: pullback([y], [b], [spectrum])[0]! })) };
          },
          { device },
        );
        const { matrix, forms } = await run(hostTensor(x, [rows, width]), hostTensor(dy, [rows, out]));
        expect(matrix.data as Float32Array).toBeAllclose(of("delta"), delta_tolerance);
        for (const { y, gradient } of forms) {
          expect(y.data as Float32Array).toBeAllclose(of("y"), tolerance);
          expect(gradient.data as Float32Array).toBeAllclose(of("gradient"), tolerance);
        }
        await run.dispose();
      }
    });
  });
});

describe("adapters made by PEFT", () => {
  for (const form of ["pre", "post"])
    for (const kind of ["default", "db4", "direct"])
      test(`${form}-${kind} gives PEFT's logits`, async () => {
        const model = await AutoModelForCausalLM.fromPretrained(`${models}opt-${form}`, {
          device: "onnx:cpu",
          dtype: "float32",
        });
        const folder = `${golden}adapter-${form}-${kind}`;
        const peftModel = await PeftModel.fromPretrained(model, folder);
        const expected = await readAll(`${folder}/expected.safetensors`);
        const ids = expected.get("input_ids")!;
        const mask = numbers(expected.get("attention_mask")!.data);
        const [rows, length] = ids.shape as [number, number];
        const positions = mask.map((_, i) => {
          const start = i - (i % length);
          return Math.max(0, mask.slice(start, i + 1).reduce((a, b) => a + b, 0) - 1);
        });
        const int = (values: number[]) => hostTensor(Int32Array.from(values), [rows, length]);
        for (const device of ["gpu:cpu", "onnx:cpu"]) {
          const run = compile((inputs: CausalLMInputs) => peftModel.forward(inputs).logits, { device });
          const logits = await run({
            inputIds: int(numbers(ids.data)),
            positionIds: int(positions),
            segmentIds: int(mask),
          });
          await run.dispose();
          const vocabulary = logits.shape[1]!;
          const real = (data: ArrayLike<number>) =>
            Array.from(data).filter((_, i) => mask[Math.floor(i / vocabulary)] === 1);
          expect(real(logits.data)).toBeAllclose(real(numbers(expected.get("logits")!.data)), 1e-5);
        }
      });
});
