"""What roundtrip.py draws from a seed: a small base model of any of four architectures, and configurations of adapters."""

import torch
from torch import nn
from transformers import (
    BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, OPTConfig, OPTForCausalLM,
)
from transformers.pytorch_utils import Conv1D

ARCHITECTURES = ("opt", "gpt2", "llama", "bert")
# Those for which PEFT has the right filters; the others raise or are wrong.
WAVELETS = [*(f"db{i}" for i in range(1, 11)), *(f"sym{i}" for i in range(2, 11)), "coif1", "coif2", "coif3"]


def chance(rng, share):
    return rng.random() < share


def opt(rng):
    hidden, heads = sizes(rng)
    config = OPTConfig(
        vocab_size=rng.randint(12, 61), hidden_size=hidden, num_attention_heads=heads, ffn_dim=rng.randint(3, 40),
        num_hidden_layers=rng.randint(1, 3), max_position_embeddings=24, do_layer_norm_before=chance(rng, 0.5),
        word_embed_proj_dim=rng.choice([hidden, hidden, rng.randint(3, 20)]), activation_function=rng.choice(["relu", "gelu"]),
        enable_bias=chance(rng, 0.8), tie_word_embeddings=chance(rng, 0.7),
    )
    return OPTForCausalLM(config)


def gpt2(rng):
    hidden, heads = sizes(rng)
    return GPT2LMHeadModel(GPT2Config(
        vocab_size=rng.randint(12, 61), n_embd=hidden, n_head=heads, n_layer=rng.randint(1, 3), n_positions=24,
        n_inner=rng.choice([None, rng.randint(3, 40)]), tie_word_embeddings=chance(rng, 0.7), bos_token_id=0, eos_token_id=0,
    ))


def llama(rng):
    kv, groups = rng.randint(1, 3), rng.randint(1, 2)
    hidden = kv * groups * rng.randint(1, 8)  # transformers asks for a multiple, also where head_dim is given
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=rng.randint(12, 61), hidden_size=hidden, intermediate_size=rng.randint(3, 40), num_key_value_heads=kv,
        num_attention_heads=kv * groups, head_dim=rng.choice([2, 4, 6]), num_hidden_layers=rng.randint(1, 3),
        max_position_embeddings=24, attention_bias=chance(rng, 0.3), mlp_bias=chance(rng, 0.3), tie_word_embeddings=chance(rng, 0.4),
        bos_token_id=0, eos_token_id=0,
    ))


def bert(rng):
    hidden, heads = sizes(rng)
    return BertForSequenceClassification(BertConfig(
        vocab_size=rng.randint(12, 61), hidden_size=hidden, num_attention_heads=heads, intermediate_size=rng.randint(3, 40),
        num_hidden_layers=rng.randint(1, 3), max_position_embeddings=24, num_labels=rng.randint(2, 4),
    ))


def sizes(rng):
    heads = rng.randint(1, 3)
    return heads * rng.choice([3, 4, 5, 7, 8]), heads


@torch.no_grad()
def base_model(rng, kind):
    """Weights large enough for all layers to matter; norms near 1."""
    model = {"opt": opt, "gpt2": gpt2, "llama": llama, "bert": bert}[kind](rng).eval()
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1:
            parameter.copy_(noise / max(parameter.shape) ** 0.5)
        else:
            parameter.copy_((1 if name.endswith("weight") else 0) + 0.1 * noise)
    return model


def linear_layers(model):
    return {name: module for name, module in model.named_modules() if isinstance(module, (nn.Linear, Conv1D))}


def targets(rng, model):
    """None, names at the end of paths, whole paths, a pattern, or all-linear."""
    layers = linear_layers(model)
    paths = rng.sample(sorted(layers), rng.randint(1, min(4, len(layers))))
    kind = rng.choice(["default", "last", "last", "two", "path", "pattern", "all"])
    if kind == "all":
        return "all-linear"
    if kind == "pattern":
        return ".*(" + "|".join(sorted({path.rsplit(".", 1)[-1] for path in paths})) + ")"
    if kind == "default":
        return None
    parts = {"last": 1, "two": 2, "path": 20}[kind]
    return sorted({".".join(path.split(".")[-parts:]) for path in paths})


def patterns(rng, model, values):
    """Up to three keys for layers, sorted as files keep them, since the first that matches wins."""
    layers = sorted(linear_layers(model))
    if chance(rng, 0.5):
        return {}
    keys = {".".join(rng.choice(layers).split(".")[-rng.choice([1, 2, 3, 9]):]) for _ in range(rng.randint(1, 3))}
    return {key: values() for key in sorted(keys)}


def saved_modules(rng, model, kind):
    """Names of modules to train as a whole: a norm, the head, the embeddings, a linear layer."""
    if chance(rng, 0.7):
        return None
    names = {
        "opt": ["final_layer_norm", "lm_head", "fc2", "embed_tokens", "out_proj"], "gpt2": ["ln_2", "lm_head", "wpe", "c_fc", "ln_f"],
        "llama": ["input_layernorm", "lm_head", "embed_tokens", "up_proj", "norm"], "bert": ["pooler", "LayerNorm", "word_embeddings", "classifier"],
    }[kind]
    return rng.sample(names, rng.randint(1, 2))


def common_fields(rng, model, kind, bias):
    target = targets(rng, model)
    count = len([name for name in linear_layers(model) if name.endswith((".0.fc1", ".0.mlp.c_fc", ".0.mlp.up_proj", ".0.intermediate.dense"))])
    fields = {
        "task_type": rng.choice([None, *["SEQ_CLS" if kind == "bert" else "CAUSAL_LM"] * 4]), "target_modules": target,
        "bias": rng.choice(["none", "none", "none", "all", bias]), "modules_to_save": saved_modules(rng, model, kind),
        "fan_in_fan_out": chance(rng, 0.3),
    }
    if chance(rng, 0.3):
        names = [name.split(".", rng.randint(0, 2))[-1] for name in rng.sample(sorted(linear_layers(model)), 2)]
        fields["exclude_modules"] = rng.choice([sorted(set(names)), ".*" + names[0].rsplit(".", 1)[-1]])
    if not isinstance(target, str) and chance(rng, 0.3) and count:
        total = model.config.num_hidden_layers
        fields["layers_to_transform"] = rng.choice([rng.randrange(total), sorted(rng.sample(range(total), rng.randint(1, total)))])
        container = {"opt": "layers", "gpt2": "h", "llama": "layers", "bert": "layer"}[kind]
        fields["layers_pattern"] = rng.choice([None, container, [container, "blocks"]])
    return fields


def waveft_fields(rng, model, kind):
    fewest = min(layer.weight.numel() for layer in linear_layers(model).values())
    n = rng.choice([1, rng.randint(1, fewest), rng.randint(1, min(fewest, 30)), fewest])
    return {
        **common_fields(rng, model, kind, "waveft_only"), "n_frequency": n, "scaling": rng.choice([25.0, 1.0, 7, round(rng.uniform(0.1, 40), 3)]),
        "wavelet_family": rng.choice(["db1", *WAVELETS]), "use_idwt": chance(rng, 0.85),
        "random_loc_seed": rng.choice([777, 0, rng.randrange(2**32), rng.randrange(2**32, 2**40), -rng.randint(1, 99)]),
        "n_frequency_pattern": patterns(rng, model, lambda: rng.randint(1, fewest)), "init_weights": chance(rng, 0.7),
        "proportional_parameters": chance(rng, 0.2),
    }


def lora_fields(rng, model, kind):
    return {
        **common_fields(rng, model, kind, "lora_only"), "r": rng.randint(1, 6), "lora_alpha": rng.choice([8, rng.randint(1, 20), 2.5]),
        "lora_dropout": rng.choice([0.0, 0.1]), "use_rslora": chance(rng, 0.3), "init_lora_weights": rng.choice([True, True, False, "gaussian"]),
        "rank_pattern": patterns(rng, model, lambda: rng.randint(1, 6)), "alpha_pattern": patterns(rng, model, lambda: rng.randint(1, 20)),
    }
