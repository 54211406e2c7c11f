/** Layers by `model_type`: endings of names, or a regular expression over whole names. */
export type DefaultTargets = Readonly<Record<string, readonly string[] | string>>;

const qv = ["q_proj", "v_proj"];
const fused = ["query_key_value"];
const queryValue = ["query", "value"];

/** The layers that PEFT 0.21 adapts when a config names none, for every method that does not say otherwise. */
const commonTargets: DefaultTargets = {
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
  gemma4: ".*language_model\\..*\\.(q_proj|v_proj)",
  qwen2: qv,
  qwen3: qv,
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
  nemotron_h: ["q_proj", "k_proj", "v_proj", "o_proj"],
};

/** The layers that a method adapts when a config names none. */
export const defaultTargetsOf = ({
  ownTargets,
}: {
  readonly ownTargets?: DefaultTargets;
}): DefaultTargets => ({ ...commonTargets, ...ownTargets });
