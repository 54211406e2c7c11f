"""Write tiny GPT-2, LLaMA and BERT checkpoints and their expected outputs under packages/transformers/test/golden/.

gpt2-tiny: GPT2LMHeadModel. llama-tiny: LlamaForCausalLM with 2 key heads for 4 query heads. llama-tiny-tied: one
layer, tied head, llama3-scaled rotary positions. mistral-tiny: a window of 4. qwen2-tiny: biases, windows from the
second layer on, tied head. qwen3-tiny: norms of heads, whose width is their own, windows by layer_types.
bert-tiny-cls: BertForSequenceClassification, 3 labels.

    python reference/transformers/make_models.py [name ...]

Weights are random, but large enough that logits differ clearly and every parameter matters. Beside each checkpoint,
`expected/outputs.safetensors` has for each batch the inputs, logits and loss, for one batch the gradients of some
weights (`<batch>.grad.<name>`), and `expected/generation.json` greedy continuations of the causal models.
"""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

GOLDEN = Path(__file__).resolve().parents[2] / "packages/transformers/test/golden"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "safetensors")}
VERSION_LINE = ", ".join(f"{name} {number}" for name, number in VERSIONS.items())
VOCAB = 64


def randomize(model, seed, std=0.2):
    """Draws every parameter from one seeded normal stream, in name order."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            leaf = name.split(".")[-2].lower()
            if name.endswith(".bias"):
                parameter.copy_(0.1 * noise)
            elif "norm" in leaf or leaf.startswith("ln_"):
                parameter.copy_(1 + 0.2 * noise)
            else:
                parameter.copy_(std * noise)
    return model.eval()


def save(model, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "expected").mkdir(exist_ok=True)
    model.config._name_or_path = folder.name
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)


def positions(mask):
    """Counted from each row's first real token, as `generate` does."""
    return (mask.cumsum(-1) - 1).clamp(min=0)


def batches(seed):
    """Ids and masks: one whole row; three rows padded on the right; two padded on the left."""
    generator = torch.Generator().manual_seed(seed)
    draw = lambda rows, width: torch.randint(3, VOCAB, (rows, width), generator=generator)
    return {
        "single": (draw(1, 12), torch.ones(1, 12, dtype=torch.long)),
        "right": (draw(3, 10), torch.tensor([[1] * 10, [1] * 6 + [0] * 4, [1] * 3 + [0] * 7])),
        "left": (draw(2, 9), torch.tensor([[1] * 9, [0] * 4 + [1] * 5])),
    }


def gradients(model, loss, names):
    model.zero_grad()
    loss.backward()
    parameters = dict(model.named_parameters())
    return {f"grad.{name}": parameters[name].grad for name in names}


def write_outputs(folder, tensors):
    clean = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    save_file(clean, folder / "expected/outputs.safetensors", metadata={"versions": VERSION_LINE})
    (folder / "expected/outputs.safetensors").chmod(0o644)


def causal_outputs(folder, model, seed, names):
    """Logits at padded places carry no meaning; compare the others."""
    tensors = {}
    for name, (ids, mask) in batches(seed).items():
        ids = ids.masked_fill(mask == 0, 0)
        out = model(input_ids=ids, attention_mask=mask, position_ids=positions(mask),
                    labels=ids.masked_fill(mask == 0, -100))
        found = {"input_ids": ids, "attention_mask": mask, "logits": out.logits, "loss": out.loss.reshape(1)}
        if name == "right":
            found.update(gradients(model, out.loss, names))
        tensors.update({f"{name}.{key}": value for key, value in found.items()})
    write_outputs(folder, tensors)


@torch.no_grad()
def generation(folder, model, seed):
    """12 greedy tokens a prompt; `margin` is the smallest gap between the best and the second best logit on the way."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for length in (1, 2, 3, 5, 8, 6, 4, 7, 9, 2):
        ids = torch.randint(3, VOCAB, (1, length), generator=generator)
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=12, pad_token_id=0,
                             return_dict_in_generate=True, output_logits=True)
        top = torch.stack(out.logits, 1).topk(2).values[0]
        margin = float((top[:, 0] - top[:, 1]).min())
        if margin > 1e-2 and len(rows) < 4:  # a nearer second best could win by rounding
            rows.append({"input_ids": ids[0].tolist(), "new_ids": out.sequences[0, length:].tolist(), "margin": margin})
    value = {"versions": VERSIONS, "max_new_tokens": 12, "rows": rows}
    (folder / "expected/generation.json").write_text(json.dumps(value) + "\n")
    print(folder.name, [(len(row["new_ids"]), round(row["margin"], 3)) for row in rows])


def classification_outputs(folder, model, seed, names):
    tensors = {}
    generator = torch.Generator().manual_seed(seed + 100)
    for name, (ids, mask) in batches(seed).items():
        if name == "left":
            continue
        ids = ids.masked_fill(mask == 0, 0)
        types = (torch.arange(ids.shape[1]) >= 3).long().expand_as(ids) * mask
        labels = torch.randint(0, model.config.num_labels, (ids.shape[0],), generator=generator)
        out = model(input_ids=ids, attention_mask=mask, token_type_ids=types, labels=labels)
        found = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "labels": labels,
                 "logits": out.logits, "loss": out.loss.reshape(1)}
        if name == "right":
            found.update(gradients(model, out.loss, names))
        tensors.update({f"{name}.{key}": value for key, value in found.items()})
    write_outputs(folder, tensors)


def write_readme(folder, model, seed):
    (folder / "README.md").write_text(
        f"Random weights, {sum(p.numel() for p in model.parameters()):,} parameters, seed {seed}; written by "
        f"`reference/transformers/make_models.py` with {VERSION_LINE}.\n"
        "`expected/` holds Python's outputs in float32: logits within 1e-5 relative where the mask is 1, ids exactly.\n"
    )


LLAMA = dict(vocab_size=VOCAB, hidden_size=32, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48,
             max_position_embeddings=64, bos_token_id=1, eos_token_id=2)

MODELS = {
    "gpt2-tiny": dict(
        seed=11,
        build=lambda: GPT2LMHeadModel(GPT2Config(
            vocab_size=VOCAB, n_positions=32, n_embd=32, n_layer=2, n_head=4, resid_pdrop=0.0, embd_pdrop=0.0,
            attn_pdrop=0.0, bos_token_id=63, eos_token_id=63)),
        gradients=["transformer.wte.weight", "transformer.wpe.weight", "transformer.h.0.attn.c_attn.weight",
                   "transformer.h.0.attn.c_attn.bias", "transformer.h.0.ln_1.weight",
                   "transformer.h.1.mlp.c_proj.weight", "transformer.ln_f.bias"],
    ),
    "llama-tiny": dict(
        seed=12,
        build=lambda: LlamaForCausalLM(LlamaConfig(**LLAMA, num_hidden_layers=2, tie_word_embeddings=False)),
        gradients=["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight",
                   "model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.v_proj.weight",
                   "model.layers.1.mlp.down_proj.weight", "model.layers.0.input_layernorm.weight",
                   "model.norm.weight", "lm_head.weight"],
    ),
    "llama-tiny-tied": dict(
        seed=13,
        build=lambda: LlamaForCausalLM(LlamaConfig(
            **LLAMA, num_hidden_layers=1, tie_word_embeddings=True,
            rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0,
                                 high_freq_factor=4.0, original_max_position_embeddings=32))),
        gradients=["model.embed_tokens.weight", "model.layers.0.self_attn.k_proj.weight"],
    ),
    "mistral-tiny": dict(
        seed=15,
        build=lambda: MistralForCausalLM(MistralConfig(**LLAMA, num_hidden_layers=2, sliding_window=4, head_dim=6)),
        gradients=["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight",
                   "model.layers.0.self_attn.k_proj.weight", "model.layers.1.self_attn.o_proj.weight",
                   "model.layers.1.mlp.gate_proj.weight", "lm_head.weight"],
    ),
    "qwen2-tiny": dict(
        seed=16,
        build=lambda: Qwen2ForCausalLM(Qwen2Config(
            **LLAMA, num_hidden_layers=2, tie_word_embeddings=True, use_sliding_window=True, sliding_window=3,
            max_window_layers=1, rope_parameters=dict(rope_type="default", rope_theta=300.0))),
        gradients=["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.bias",
                   "model.layers.0.self_attn.k_proj.bias", "model.layers.1.self_attn.v_proj.bias",
                   "model.layers.1.self_attn.v_proj.weight", "model.layers.1.mlp.up_proj.weight"],
    ),
    "qwen3-tiny": dict(
        seed=17,
        build=lambda: Qwen3ForCausalLM(Qwen3Config(
            **{**LLAMA, "num_key_value_heads": 1}, num_hidden_layers=3, head_dim=10, use_sliding_window=True,
            sliding_window=3, layer_types=["sliding_attention", "full_attention", "sliding_attention"])),
        gradients=["model.embed_tokens.weight", "model.layers.0.self_attn.q_norm.weight",
                   "model.layers.1.self_attn.k_norm.weight", "model.layers.0.self_attn.q_proj.weight",
                   "model.layers.2.self_attn.k_proj.weight", "model.layers.2.mlp.down_proj.weight",
                   "model.norm.weight"],
    ),
    "bert-tiny-cls": dict(
        seed=14,
        build=lambda: BertForSequenceClassification(BertConfig(
            vocab_size=VOCAB, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=32, type_vocab_size=2, num_labels=3, hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0)),
        gradients=["bert.embeddings.token_type_embeddings.weight", "bert.embeddings.LayerNorm.weight",
                   "bert.encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.1.output.dense.bias",
                   "bert.pooler.dense.weight", "classifier.weight"],
    ),
}


def main():
    for name in sys.argv[1:] or MODELS:
        parts = MODELS[name]
        folder, seed = GOLDEN / name, parts["seed"]
        torch.manual_seed(seed)
        save(randomize(parts["build"](), seed), folder)
        if name.startswith("bert"):
            model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
            classification_outputs(folder, model, seed, parts["gradients"])
        else:
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
            causal_outputs(folder, model, seed, parts["gradients"])
            generation(folder, model, seed)
        write_readme(folder, model, seed)


if __name__ == "__main__":
    main()
