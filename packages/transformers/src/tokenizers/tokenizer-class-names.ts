import { tokenizerClasses } from "./tokenizer-class";

/** Python's class that takes everything from `tokenizer.json`. */
export const BACKEND = "TokenizersBackend";

const words = (text: string) => text.split(" ");

/** The class that Python has for a `model_type`, where it has one. */
const registered = new Map(
  Object.entries({
    BertTokenizer: words(
      "align bark bert blip bros chinese_clip convbert distilbert electra ernie flava git grounding-dino layoutlm megatron-bert mm-grounding-dino nezha nomic_bert qdqbert realm retribert squeezebert tvp vilt visual_bert",
    ),
    CodeLlamaTokenizer: ["code_llama"],
    GPT2Tokenizer: words(
      "blip-2 codegen dbrx emu3 gpt2 gpt_neo gptj hyperclovax_vision_v2 instructblip instructblipvideo jais2 opt phi starcoder2",
    ),
    GPTNeoXTokenizer: words("falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv xlstm"),
    GemmaTokenizer: words(
      "diffusion_gemma gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text recurrent_gemma shieldgemma2 t5gemma zaya",
    ),
    LlamaTokenizer: words("idefics idefics2"),
    Qwen2Tokenizer: words(
      "audioflamingo3 colqwen2 cosmos3_omni hunyuan_vl internvl ovis2 qwen2 qwen2_5_omni qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl qwen3 qwen3_asr qwen3_moe qwen3_next qwen3_omni_moe qwen3_vl qwen3_vl_moe",
    ),
    Qwen3_5Tokenizer: words("qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen3_5_text qwen4_exp"),
    RobertaTokenizer: words(
      "bart bridgetower clap data2vec-text ibert lilt longformer mega mra roberta roberta-prelayernorm",
    ),
    T5Tokenizer: words("mt5 musicgen musicgen_melody switch_transformers t5"),
    [BACKEND]: words(
      "arctic aria bigbird_pegasus chameleon deepseek_v2 deepseek_v3 deepseek_v32 deepseek_v4 ernie4_5 ernie4_5_moe flex_olmo fuyu glm glm4 glm4_moe glm4_moe_lite gpt_bigcode granite granitemoe granitemoehybrid granitemoeshared h2ovl_chat hyperclovax internlm2 jamba janus kimi_k25 kimi_linear llava llava_next mimo_v2_flash minicpm3 minimax_m2 ministral ministral3 mistral mistral3 mixtral modernbert modernbert-decoder molmo molmo2 nemotron nystromformer olmo2 olmo3 olmo_hybrid pegasus_x persimmon phi3 phi3_v phimoe pixtral smolvlm stablelm step3p5 umt5 vipllava voxtral xlm-roberta-xl",
    ),
    XLMRobertaTokenizer: words("gte jina_embeddings_v3 metaclip_2 trocr xlm-roberta xmod"),
  }).flatMap(([name, types]) => types.map((type) => [type, name] as const)),
);

/** `model_type`s whose repositories are known to name a wrong class. */
const distrusted = new Set([
  "hyperclovax_vision_v2",
  "qwen2",
  "qwen3_5",
  "qwen3_5_moe",
  "qwen3_5_moe_text",
  "qwen4_exp",
]);

const withoutFast = (name: string) => (name.endsWith("Fast") ? name.slice(0, -"Fast".length) : name);

/**
 * The name of the class that Python's `AutoTokenizer` takes.
 *
 * @param given `tokenizer_class` of the repository
 * @param modelType `model_type` of its `config.json`
 */
export const classNameOf = (given: string | undefined, modelType: string | undefined): string => {
  const own = modelType === undefined ? undefined : registered.get(modelType);
  if (given === undefined || given === "") return own ?? BACKEND;
  const name = withoutFast(given);
  if (own === undefined || own === name) return known(name);
  if (own === BACKEND) return BACKEND;
  return distrusted.has(modelType!) ? own : known(name);
};

/** The class, or what stands for those that this package does not have. */
const known = (name: string): string => (Object.hasOwn(tokenizerClasses, name) ? name : BACKEND);
