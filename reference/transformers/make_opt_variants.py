"""Write packages/transformers/test/golden/opt-variants/: tiny OPT models, one for each switch of the configuration.

    python reference/transformers/make_opt_variants.py

`tensors.safetensors` holds for each variant the weights under `<variant>/` + their checkpoint names, `input_ids` and
the `logits` of the model in float32 (weights rounded to `load_dtype` first, where index.json has one). Tolerance: 1e-5,
relative.
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import OPTConfig, OPTForCausalLM

FOLDER = Path(__file__).resolve().parents[2] / "packages/transformers/test/golden/opt-variants"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "safetensors")}
SEED = 3

SIZES = dict(vocab_size=12, hidden_size=6, num_hidden_layers=2, num_attention_heads=3, ffn_dim=8,
             max_position_embeddings=10, dropout=0.1, attention_dropout=0.1, init_std=0.3)
VARIANTS = {
    "post-norm": dict(do_layer_norm_before=False),
    "pre-norm-projected": dict(word_embed_proj_dim=4),
    "post-norm-projected-untied": dict(do_layer_norm_before=False, word_embed_proj_dim=4, tie_word_embeddings=False),
    "no-final-norm": dict(_remove_final_layer_norm=True),
    "no-bias": dict(enable_bias=False),
    "plain-norms": dict(layer_norm_elementwise_affine=False),
    "untied": dict(tie_word_embeddings=False),
    "no-padding-token": dict(pad_token_id=None),
    "no-layers": dict(num_hidden_layers=0),
    **{name: dict(activation_function=name) for name in (
        "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "quick_gelu", "silu", "relu2", "relu6", "tanh", "sigmoid",
        "linear")},
    "as-float16": dict(load_dtype="float16"),
    "as-bfloat16": dict(load_dtype="bfloat16"),
    "float16-file-as-bfloat16": dict(file_dtype="float16", load_dtype="bfloat16"),
}


@torch.no_grad()
def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    tensors = {}
    index = {"versions": VERSIONS, "seed": SEED, "tolerance": 1e-5, "generator": "reference/transformers/make_opt_variants.py",
             "variants": {}}
    for name, options in VARIANTS.items():
        options = dict(options)
        file_dtype = options.pop("file_dtype", "float32")
        load_dtype = options.pop("load_dtype", None)
        torch.manual_seed(SEED)
        model = OPTForCausalLM(OPTConfig(**{**SIZES, **options})).eval()
        for key, parameter in sorted(model.named_parameters()):
            if key.endswith("bias") or "layer_norm" in key:
                parameter.add_(0.2 * torch.randn(parameter.shape))
        weights = {key: value.detach().to(getattr(torch, file_dtype)).clone() for key, value in model.state_dict().items()}
        if model.config.tie_word_embeddings:
            del weights["lm_head.weight"]
        if file_dtype != "float32":
            model.to(getattr(torch, file_dtype))
        if load_dtype is not None:
            model.to(getattr(torch, load_dtype))
        model.float()
        ids = torch.randint(0, SIZES["vocab_size"], (2, 7))
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
        weights.update(input_ids=ids.to(torch.int32), logits=logits.contiguous())
        tensors.update({f"{name}/{key}": value for key, value in weights.items()})
        config = {key: value for key, value in model.config.to_dict().items() if key in SIZES or key in options}
        index["variants"][name] = {"config": {"model_type": "opt", **config}, "load_dtype": load_dtype}
    save_file(tensors, FOLDER / "tensors.safetensors", metadata=VERSIONS)
    (FOLDER / "tensors.safetensors").chmod(0o644)
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
