"""Tiny seeded OPT checkpoints and byte-level BPE tokenizers, for golden data.

Nothing here is trained: the weights are random, but large enough that the
logits differ clearly from token to token and every parameter of the architecture matters (embeddings: std 0.08,
linear layers: 0.16, biases and norms: non-trivial).
"""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import GPT2Tokenizer, OPTConfig, OPTForCausalLM

SPECIAL_TOKENS = ["<s>", "<pad>", "</s>", "<unk>"]  # OPT's first four ids


def train_bpe(texts, vocab_size):
    """Byte-level BPE in OPT's layout: four special tokens, 256 byte symbols, then the merges in training order."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=SPECIAL_TOKENS,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    model = json.loads(tokenizer.to_str())["model"]
    vocab = dict(sorted(model["vocab"].items(), key=lambda item: item[1]))
    merges = [tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in model["merges"]]
    return vocab, merges


def make_tokenizer(vocab, merges):
    return GPT2Tokenizer(
        vocab=vocab, merges=merges, unk_token="</s>", bos_token="</s>", eos_token="</s>", pad_token="<pad>",
        add_prefix_space=False, add_bos_token=True,
    )


def make_model(seed, std=0.08, linear_std=0.16, **sizes):
    """An OPTForCausalLM in float32 with every parameter drawn from one seeded normal stream, in name order."""
    config = OPTConfig(dropout=0.0, attention_dropout=0.0, layerdrop=0.0, init_std=std, **sizes)
    config.architectures = ["OPTForCausalLM"]
    model = OPTForCausalLM(config).to(torch.float32).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("layer_norm.weight"):
                parameter.copy_(1 + 0.1 * noise)
            elif name.endswith(".bias"):
                parameter.copy_(0.05 * noise)
            else:
                parameter.copy_((std if "embed_" in name else linear_std) * noise)
    return model


def _write_json(path, value, **options):
    path.write_text(json.dumps(value, ensure_ascii=False, **options) + "\n", encoding="utf-8")


def save_safetensors_form(model, tokenizer, folder):
    """model.safetensors + tokenizer.json, as `save_pretrained` writes them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.config._name_or_path = folder.name
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)


def save_350m_form(model, vocab, merges, folder, prefix="decoder.", head=False, dtype=torch.float32):
    """facebook/opt-350m's own file set: no safetensors, no tokenizer.json.

    `prefix` is how the decoder's tensors are called in pytorch_model.bin: "decoder." (saved from the bare OPTModel,
    as facebook's converted checkpoints are) or "model.decoder." (saved from OPTForCausalLM). `head` adds the tied
    `lm_head.weight`, which then shares the storage of the embedding.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    state = {}
    for name, value in model.state_dict().items():
        if name == "lm_head.weight":
            continue
        state[name.replace("model.decoder.", prefix, 1)] = value.detach().to(dtype).clone()
    if head:
        state["lm_head.weight"] = state[f"{prefix}embed_tokens.weight"]
    torch.save(state, folder / "pytorch_model.bin")

    config = {
        key: value
        for key, value in model.config.to_dict().items()
        if key in OPT_CONFIG_KEYS
    }
    config.update(architectures=["OPTForCausalLM"], model_type="opt", prefix="</s>",
                  torch_dtype=str(dtype).removeprefix("torch."), transformers_version="4.20.0.dev0")
    _write_json(folder / "config.json", dict(sorted(config.items())), indent=2)
    _write_json(folder / "generation_config.json",
                {"_from_model_config": True, "bos_token_id": 2, "eos_token_id": 2, "pad_token_id": 1}, indent=2)
    _write_json(folder / "vocab.json", vocab)
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def added(content, normalized=True):
        return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": normalized}

    special = {"bos_token": added("</s>"), "eos_token": added("</s>"), "unk_token": added("</s>"), "pad_token": added("<pad>")}
    _write_json(folder / "special_tokens_map.json", special)
    _write_json(folder / "tokenizer_config.json", {
        "errors": "replace",
        **{name: {**token, "__type": "AddedToken"} for name, token in special.items()},
        "add_prefix_space": False, "add_bos_token": True, "special_tokens_map_file": None,
        "name_or_path": folder.name, "tokenizer_class": "GPT2Tokenizer",
    })


OPT_CONFIG_KEYS = {
    "_remove_final_layer_norm", "activation_dropout", "activation_function", "attention_dropout", "bos_token_id",
    "do_layer_norm_before", "dropout", "eos_token_id", "ffn_dim", "hidden_size", "init_std", "layerdrop",
    "max_position_embeddings", "num_attention_heads", "num_hidden_layers", "pad_token_id", "use_cache", "vocab_size",
    "word_embed_proj_dim", "enable_bias", "layer_norm_elementwise_affine",
}
