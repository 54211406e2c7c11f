"""Write packages/transformers/test/golden/variants/: tiny models, one for each switch of their
configurations, and classifiers.

    python reference/transformers/make_variants.py

`tensors.safetensors` holds for each variant the weights under `<variant>/` + their checkpoint names, `input_ids`,
`attention_mask` (the second row is padded on the right), `logits` in float32, and for classifiers `labels` and `loss`.
`index.json` has each config.json. Tolerance: 1e-5, relative.
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
from make_models import randomize
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    MistralConfig,
    MistralForCausalLM,
    MistralForSequenceClassification,
    OPTConfig,
    OPTForSequenceClassification,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2ForSequenceClassification,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3ForSequenceClassification,
)

FOLDER = Path(__file__).resolve().parents[2] / "packages/transformers/test/golden/variants"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "safetensors")}
SEED = 21
LENGTH = 14

GPT2 = dict(vocab_size=12, n_positions=16, n_embd=8, n_layer=1, n_head=2, bos_token_id=1, eos_token_id=2)
LLAMA = dict(vocab_size=12, hidden_size=8, intermediate_size=10, num_hidden_layers=1, num_attention_heads=2,
             max_position_embeddings=16, bos_token_id=1, eos_token_id=2)
BERT = dict(vocab_size=12, hidden_size=8, intermediate_size=10, num_hidden_layers=1, num_attention_heads=2,
            max_position_embeddings=16)
OPT = dict(vocab_size=12, hidden_size=8, ffn_dim=10, num_hidden_layers=1, num_attention_heads=2,
           max_position_embeddings=16, word_embed_proj_dim=6, do_layer_norm_before=False)

MISTRAL = dict(vocab_size=12, hidden_size=8, intermediate_size=10, num_hidden_layers=1, num_attention_heads=2,
               num_key_value_heads=1, max_position_embeddings=16, bos_token_id=1, eos_token_id=2, sliding_window=4)
QWEN = dict(vocab_size=12, hidden_size=8, intermediate_size=10, num_hidden_layers=1, num_attention_heads=2,
            num_key_value_heads=2, max_position_embeddings=16, bos_token_id=1, eos_token_id=2)


def rope(**parameters):
    return dict(rope_parameters=dict(rope_theta=50.0, **parameters))


LLAMA3 = dict(rope_type="llama3", factor=3.0, low_freq_factor=1.0, high_freq_factor=3.0,
              original_max_position_embeddings=12)

VARIANTS = {
    "gpt2-inner": (GPT2LMHeadModel, GPT2Config, {**GPT2, "n_inner": 5}),
    "gpt2-relu": (GPT2LMHeadModel, GPT2Config, {**GPT2, "activation_function": "relu"}),
    "gpt2-unscaled": (GPT2LMHeadModel, GPT2Config, {**GPT2, "scale_attn_weights": False}),
    "gpt2-inverse-layer": (GPT2LMHeadModel, GPT2Config, {**GPT2, "n_layer": 2, "scale_attn_by_inverse_layer_idx": True}),
    "gpt2-upcast": (GPT2LMHeadModel, GPT2Config, {**GPT2, "reorder_and_upcast_attn": True, "attn_implementation": "eager"}),
    "gpt2-epsilon": (GPT2LMHeadModel, GPT2Config, {**GPT2, "layer_norm_epsilon": 0.1}),
    "gpt2-untied": (GPT2LMHeadModel, GPT2Config, {**GPT2, "tie_word_embeddings": False}),
    "gpt2-no-layers": (GPT2LMHeadModel, GPT2Config, {**GPT2, "n_layer": 0}),
    "gpt2-classifier": (GPT2ForSequenceClassification, GPT2Config, {**GPT2, "num_labels": 3, "pad_token_id": 0}),
    "llama-one-key-head": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "num_key_value_heads": 1}),
    "llama-head-dim": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "head_dim": 6}),
    "llama-epsilon": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "rms_norm_eps": 0.1}),
    "llama-theta": (LlamaForCausalLM, LlamaConfig, {**LLAMA, **rope(rope_type="default")}),
    "llama-linear": (LlamaForCausalLM, LlamaConfig, {**LLAMA, **rope(rope_type="linear", factor=2.5)}),
    "llama-dynamic": (LlamaForCausalLM, LlamaConfig, {**LLAMA, **rope(rope_type="dynamic", factor=2.0)}),
    "llama-llama3": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "head_dim": 8, **rope(**LLAMA3)}),
    "llama-biases": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "attention_bias": True, "mlp_bias": True}),
    "llama-gelu": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "hidden_act": "gelu"}),
    "llama-tied": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "tie_word_embeddings": True, "pad_token_id": 3}),
    "llama-parallel": (LlamaForCausalLM, LlamaConfig, {**LLAMA, "pretraining_tp": 2}),
    "llama-classifier": (LlamaForSequenceClassification, LlamaConfig, {**LLAMA, "num_labels": 3, "pad_token_id": 0}),
    "bert-gelu-new": (BertForSequenceClassification, BertConfig, {**BERT, "hidden_act": "gelu_new"}),
    "bert-epsilon": (BertForSequenceClassification, BertConfig, {**BERT, "layer_norm_eps": 0.1}),
    "bert-types": (BertForSequenceClassification, BertConfig, {**BERT, "type_vocab_size": 5}),
    "bert-no-padding-token": (BertForSequenceClassification, BertConfig, {**BERT, "pad_token_id": None}),
    "bert-score": (BertForSequenceClassification, BertConfig, {**BERT, "num_labels": 1}),
    "bert-regression": (BertForSequenceClassification, BertConfig, {**BERT, "num_labels": 3, "problem_type": "regression"}),
    "bert-multi-label": (BertForSequenceClassification, BertConfig,
                         {**BERT, "num_labels": 3, "problem_type": "multi_label_classification"}),
    "opt-classifier": (OPTForSequenceClassification, OPTConfig, {**OPT, "num_labels": 3, "pad_token_id": 1}),
    "mistral-no-window": (MistralForCausalLM, MistralConfig, {**MISTRAL, "sliding_window": None}),
    "mistral-window-of-one": (MistralForCausalLM, MistralConfig, {**MISTRAL, "sliding_window": 1, "num_hidden_layers": 2}),
    "mistral-key-heads": (MistralForCausalLM, MistralConfig, {**MISTRAL, "num_key_value_heads": 2, "hidden_act": "gelu"}),
    "mistral-linear": (MistralForCausalLM, MistralConfig, {**MISTRAL, "head_dim": 6, **rope(rope_type="linear", factor=2.5)}),
    "mistral-classifier": (MistralForSequenceClassification, MistralConfig, {**MISTRAL, "num_labels": 3, "pad_token_id": 0}),
    "qwen2-plain": (Qwen2ForCausalLM, Qwen2Config, QWEN),
    "qwen2-window-unused": (Qwen2ForCausalLM, Qwen2Config, {**QWEN, "sliding_window": 3, "max_window_layers": 0}),
    "qwen2-windows": (Qwen2ForCausalLM, Qwen2Config,
                      {**QWEN, "num_hidden_layers": 3, "use_sliding_window": True, "sliding_window": 3, "max_window_layers": 2}),
    "qwen2-layer-types": (Qwen2ForCausalLM, Qwen2Config,
                          {**QWEN, "num_hidden_layers": 2, "use_sliding_window": True, "sliding_window": 3,
                           "layer_types": ["sliding_attention", "full_attention"]}),
    "qwen2-classifier": (Qwen2ForSequenceClassification, Qwen2Config, {**QWEN, "num_labels": 3, "pad_token_id": 0}),
    "qwen3-biases": (Qwen3ForCausalLM, Qwen3Config, {**QWEN, "head_dim": 6, "attention_bias": True, "rms_norm_eps": 0.1}),
    "qwen3-tied": (Qwen3ForCausalLM, Qwen3Config, {**QWEN, "head_dim": 4, "tie_word_embeddings": True, **rope(rope_type="default")}),
    "qwen3-classifier": (Qwen3ForSequenceClassification, Qwen3Config, {**QWEN, "head_dim": 4, "num_labels": 3, "pad_token_id": 0}),
}


def labels_of(model):
    """One for each row, of the kind that the configuration asks for."""
    count, problem = model.config.num_labels, model.config.problem_type
    if count == 1:
        return torch.tensor([0.5, -1.0])
    if problem == "regression":
        return torch.linspace(-1, 1, 2 * count).reshape(2, count)
    if problem == "multi_label_classification":
        return torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    return torch.tensor([1, 0])


@torch.no_grad()
def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    tensors = {}
    index = {"versions": VERSIONS, "seed": SEED, "tolerance": 1e-5, "generator": "reference/transformers/make_variants.py",
             "variants": {}}
    for number, (name, (model_class, config_class, options)) in enumerate(VARIANTS.items()):
        torch.manual_seed(SEED)
        model = randomize(model_class(config_class(**options)), SEED + number, std=0.5)
        weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
        if model.config.tie_word_embeddings:
            weights.pop("lm_head.weight", None)
        ids = torch.randint(4, 12, (2, LENGTH))
        mask = torch.ones_like(ids)
        mask[1, LENGTH - 5:] = 0
        padding = model.config.pad_token_id or 0
        inputs = dict(input_ids=ids.masked_fill(mask == 0, padding), attention_mask=mask)
        if "types" in name:
            inputs["token_type_ids"] = torch.randint(0, 5, ids.shape)
        if hasattr(model, "lm_head"):
            out = model(**inputs)
        else:
            labels = labels_of(model)
            problem = model.config.problem_type
            out = model(**inputs, labels=labels)
            model.config.problem_type = problem  # Python notes its guess there
            integers = labels.dtype == torch.long
            weights.update(labels=labels.to(torch.int32) if integers else labels, loss=out.loss.reshape(1))
        weights.update({key: value.to(torch.int32) for key, value in inputs.items()}, logits=out.logits)
        tensors.update({f"{name}/{key}": value.contiguous() for key, value in weights.items()})
        config = json.loads(model.config.to_json_string(use_diff=True))
        config["architectures"] = [model_class.__name__]
        index["variants"][name] = config
    save_file(tensors, FOLDER / "tensors.safetensors", metadata=VERSIONS)
    (FOLDER / "tensors.safetensors").chmod(0o644)
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
