import { getPeftModel, WaveFTConfig } from "@waveft/peft";
import { AutoConfig, AutoModelForCausalLM } from "@waveft/transformers";
import { dwt, families, idwt, wavelet } from "@waveft/wavelet";
import { expect, test } from "vitest";

test("a new family has its wavelets, its filters and perfect reconstruction", () => {
  expect(families()).toContain("fk");
  const { recLo, recHi } = wavelet("fk4");
  expect(recLo.reduce((total, tap, k) => total + tap * recHi[k]!, 0)).toBeCloseTo(0, 12);
  const signal = Float64Array.from({ length: 41 }, (_, i) => Math.sin(i * i));
  const { cA, cD } = dwt(signal, "fk4");
  expect(Array.from(idwt(cA, cD, "fk4") as Float64Array).slice(0, 41)).toBeAllclose(signal, 1e-9);
});

test("WaveFT takes it", () => {
  const json = {
    model_type: "opt",
    hidden_size: 8,
    num_attention_heads: 2,
    num_hidden_layers: 1,
    vocab_size: 20,
  };
  const model = AutoModelForCausalLM.fromConfig(AutoConfig.fromJson(json));
  const config = new WaveFTConfig({ waveletFamily: "fk4", nFrequency: 5 });
  expect(getPeftModel(model, config).getNbTrainableParameters().trainable).toBe(10);
});
