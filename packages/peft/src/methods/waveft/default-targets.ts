import type { AdapterMethod } from "../../method";

const qv = ["q_proj", "v_proj"];
const fused = ["query_key_value"];
const queryValue = ["query", "value"];

/** The layers that PEFT 0.21 adapts with WaveFT when a config names none, by `model_type`. */
export const defaultTargets: AdapterMethod["defaultTargets"] = {
  t5: ["q", "v"],
  mt5: ["q", "v"],
  bart: qv,
  opt: qv,
  gptj: qv,
  gpt_neo: qv,
  llama: qv,
  llama4: qv,
  mistral: qv,
  mixtral: qv,
  stablelm: qv,
  gemma: qv,
  gemma2: qv,
  gemma3_text: qv,
  qwen2: qv,
  qwen3: qv,
  gpt2: ["mlp.c_proj"],
  gpt_bigcode: ["mlp.c_proj"],
  bloom: fused,
  gpt_neox: fused,
  chatglm: fused,
  falcon: fused,
  RefinedWeb: fused,
  RefinedWebModel: fused,
  mpt: ["Wqkv"],
  codegen: ["qkv_proj"],
  bert: queryValue,
  roberta: queryValue,
  "xlm-roberta": queryValue,
  electra: queryValue,
  layoutlm: queryValue,
  deberta: ["in_proj"],
  "deberta-v2": ["query_proj", "value_proj"],
  phi: ["q_proj", "v_proj", "fc1", "fc2"],
  "blip-2": ["q", "v", "q_proj", "v_proj"],
  gemma4: ".*language_model\\..*\\.(q_proj|v_proj)",
  nemotron_h: ["q_proj", "k_proj", "v_proj", "o_proj"],
};
