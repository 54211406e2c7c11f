"""Write the tiny OPT checkpoints and their expected outputs under packages/transformers/test/golden/.

    python reference/opt/make_models.py

opt-pre: layer norm before (like opt-125m), safetensors + tokenizer.json, seed 1.
opt-post: layer norm after and embedding projections (like opt-350m), in that model's own file set, seed 2.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch
from data import SPECIAL, records
from finetune import prompt_of
from safetensors.torch import save_file
from tiny import make_model, make_tokenizer, save_350m_form, save_safetensors_form, train_bpe
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "packages/transformers/test/golden"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "tokenizers", "safetensors")}
VERSION_LINE = ", ".join(f"{name} {number}" for name, number in VERSIONS.items())

TEXTS = [
    "Hello world", " Hello  world ", "", "It's 1,234,567; they've won!", "ça va très bien, l'été à Évian",
    "水 (みず) 🙂🎉", "line one\n\n   line two\t\ttab   ", "<pad>", "end</s> mark </s>", "<s> not bos", "Then the amber lantern met the river.",
    "\u00a0no\u2009break\u3000space", "a" * 40, "\x00\x7f control",
]


PROMPTS = ["Hello", "Add 3 and 4.", "The amber lantern", "Tell a long story about the river.", "Spell the word copper",
           "winter", "Name the colour of the garden.", "Which is larger?", "Below is", "é 水", "Then", "12 or 13?"]


def encodings(folder, tokenizer):
    rows = []
    for text in [*TEXTS, *(prompt_of(record) for record in SPECIAL)]:
        ids = tokenizer(text)["input_ids"]
        rows.append({
            "text": text, "input_ids": ids, "input_ids_cut_8": tokenizer(text, truncation=True, max_length=8)["input_ids"],
            "input_ids_plain": tokenizer(text, add_special_tokens=False)["input_ids"],
            "decoded": tokenizer.decode(ids), "decoded_skip_special": tokenizer.decode(ids, skip_special_tokens=True),
        })
    (folder / "encodings.json").write_text(json.dumps({"versions": VERSIONS, "rows": rows}, indent=1) + "\n")


@torch.no_grad()
def logits(folder, model, vocab_size, seed):
    """Three inputs: one row; right-padded; left-padded. Logits at padded places carry no meaning; compare the others."""
    generator = torch.Generator().manual_seed(seed)
    draw = lambda rows, width: torch.randint(4, vocab_size, (rows, width), generator=generator)
    tensors = {}

    def add(name, ids, mask):
        ids = ids.masked_fill(mask == 0, 1)
        labels = ids.masked_fill(mask == 0, -100)
        out = model(input_ids=ids, attention_mask=mask, labels=labels, output_hidden_states=True)
        tensors.update({
            f"{name}.input_ids": ids, f"{name}.attention_mask": mask, f"{name}.logits": out.logits,
            f"{name}.loss": out.loss.reshape(1), f"{name}.last_hidden": out.hidden_states[-1],
        })

    add("single", draw(1, 12), torch.ones(1, 12, dtype=torch.long))
    add("right", draw(3, 10), torch.tensor([[1] * 10, [1] * 6 + [0] * 4, [1] * 3 + [0] * 7]))
    add("left", draw(2, 9), torch.tensor([[1] * 9, [0] * 4 + [1] * 5]))
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "logits.safetensors", metadata={"versions": VERSION_LINE})
    (folder / "logits.safetensors").chmod(0o644)


@torch.no_grad()
def generation(folder, model, tokenizer):
    """20 greedy tokens a prompt; `margin` is the smallest gap between the best and the second best logit on the way."""
    rows = []
    for prompt in PROMPTS:
        ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=20,
                             return_dict_in_generate=True, output_logits=True)
        top = torch.stack(out.logits, 1).float().topk(2).values[0]
        margin = float((top[:, 0] - top[:, 1]).min())
        if margin < 3e-3 or len(rows) == 4:  # a nearer second best could win by rounding
            continue
        rows.append({
            "prompt": prompt, "input_ids": ids[0].tolist(), "new_ids": out.sequences[0, ids.shape[1]:].tolist(),
            "text": tokenizer.decode(out.sequences[0], skip_special_tokens=True), "margin": margin,
        })
    tokenizer.padding_side = "left"
    batch = tokenizer([row["prompt"] for row in rows[:3]], return_tensors="pt", padding=True)
    out = model.generate(**batch, do_sample=False, max_new_tokens=20)
    value = {"versions": VERSIONS, "max_new_tokens": 20, "rows": rows, "left_padded_batch": {
        "input_ids": batch["input_ids"].tolist(), "attention_mask": batch["attention_mask"].tolist(),
        "new_ids": out[:, batch["input_ids"].shape[1]:].tolist(),
    }}
    (folder / "generation.json").write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    print(folder.parent.name, [(row["new_ids"], round(row["margin"], 4)) for row in rows])


def expected(folder, vocab_size, seed):
    out = folder / "expected"
    out.mkdir(exist_ok=True)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encodings(out, tokenizer)
    logits(out, model, vocab_size, seed)
    generation(out, model, tokenizer)
    parameters = sum(p.numel() for p in model.parameters())
    (folder / "README.md").write_text(
        f"Random weights, {parameters:,} parameters, seed {seed}; written by `reference/opt/make_models.py` with {VERSION_LINE}.\n"
        "`expected/` holds Python's outputs in float32: logits within 1e-4 relative where the mask is 1, ids exactly.\n"
    )


def main():
    texts = [prompt_of(record) for record in records(0, 400)]
    vocab, merges = train_bpe(texts, 448)
    print("vocab", len(vocab), "prompt tokens", sorted(len(make_tokenizer(vocab, merges)(t)["input_ids"]) for t in texts)[::40])

    pre = make_model(1, vocab_size=len(vocab) + 4, hidden_size=40, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64,
                     max_position_embeddings=128, do_layer_norm_before=True)
    save_safetensors_form(pre, make_tokenizer(vocab, merges), GOLDEN / "opt-pre")
    expected(GOLDEN / "opt-pre", len(vocab), 1)

    post = make_model(2, vocab_size=len(vocab) + 4, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64,
                      max_position_embeddings=128, do_layer_norm_before=False, word_embed_proj_dim=20)
    save_350m_form(post, vocab, merges, GOLDEN / "opt-post")
    expected(GOLDEN / "opt-post", len(vocab), 2)


if __name__ == "__main__":
    main()
