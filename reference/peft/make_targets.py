"""Which layers PEFT adapts with WaveFT, with how many coefficients, and what it then saves.

    python reference/peft/make_targets.py        → packages/peft/test/golden/targets.json

`models` are `config.json` fields of small OPTs (both forms, 3 and 12 layers). Per case: the model, the WaveFTConfig
fields, and either `layers` ({name: n_frequency}, in no order), `unused_excludes` (whether a warning was given) and the saved
`target_modules` (sorted when a list), or `error` (the exception's class). Everything must agree exactly.
"""

import json
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

from peft import WaveFTConfig, get_peft_model
from peft.tuners.waveft.layer import WaveFTLinear
from transformers import OPTConfig, OPTForCausalLM

OUT = Path(__file__).resolve().parents[2] / "packages/peft/test/golden"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "peft")}

SIZES = dict(vocab_size=20, hidden_size=8, ffn_dim=12, num_attention_heads=2, max_position_embeddings=16)
MODELS = {
    "pre3": dict(SIZES, num_hidden_layers=3, do_layer_norm_before=True, word_embed_proj_dim=8),
    "post3": dict(SIZES, num_hidden_layers=3, do_layer_norm_before=False, word_embed_proj_dim=6),
    "pre12": dict(SIZES, num_hidden_layers=12, do_layer_norm_before=True, word_embed_proj_dim=8),
    "post12": dict(SIZES, num_hidden_layers=12, do_layer_norm_before=False, word_embed_proj_dim=6),
}

LAYER_LISTS = [
    dict(target_modules=["q_proj", "v_proj"], layers_to_transform=[0, 2]),
    dict(target_modules=["q_proj", "v_proj"], layers_to_transform=1),
    dict(target_modules=["q_proj"], layers_to_transform=[]),
    dict(target_modules=["fc1"], layers_to_transform=[0, 1], layers_pattern="layers"),
    dict(target_modules=["fc1"], layers_to_transform=[2], layers_pattern=["blocks", "layers"]),
    dict(target_modules=["fc1"], layers_to_transform=[2], layers_pattern="ayers"),
    dict(target_modules=["fc1"], layers_to_transform=[7, 99]),
    dict(target_modules=["fc1", "model.decoder.layers.0.fc2"], layers_to_transform=[1]),
    dict(target_modules=["project_in", "project_out", "fc2"], layers_to_transform=[0]),
    dict(layers_to_transform=[1]),
]
CASES = [
    ("pre3", dict()),
    ("pre3", dict(target_modules=["q_proj"])),
    ("pre3", dict(target_modules=["proj"])),
    ("pre3", dict(target_modules=["self_attn.q_proj", "1.fc1"])),
    ("pre3", dict(target_modules=["model.decoder.layers.0.fc2", "decoder.layers.2.fc2"])),
    ("pre3", dict(target_modules=["attn.q_proj"])),
    ("pre3", dict(target_modules=["lm_head", "fc1"])),
    ("pre3", dict(target_modules=[])),
    ("pre3", dict(target_modules=["embed_tokens"])),
    ("pre3", dict(target_modules=["self_attn"])),
    ("pre3", dict(target_modules=["fc1", "final_layer_norm"])),
    ("pre3", dict(target_modules=["nothing"])),
    ("pre3", dict(target_modules="q_proj")),
    ("pre3", dict(target_modules=r".*\.(q|v)_proj")),
    ("pre3", dict(target_modules=r".*layers\.[02]\.fc\d")),
    ("pre3", dict(target_modules=r"(?P<stem>.*)\.fc1")),
    ("pre3", dict(target_modules=r"(?i).*\.FC1")),
    ("pre3", dict(target_modules=r".*fc1|.*fc2")),
    ("pre3", dict(target_modules=r"model\.decoder\.layers\.1\.")),
    ("pre3", dict(target_modules=".*fc1", layers_to_transform=[0])),
    ("pre3", dict(target_modules=".*fc1", layers_pattern="layers")),
    ("pre3", dict(target_modules=["fc1"], layers_pattern="layers")),
    *(("pre3", dict(target_modules="all-linear", **extra)) for extra in (
        {}, dict(exclude_modules=["fc1"]), dict(exclude_modules=r".*layers\.1\..*"), dict(proportional_parameters=True, n_frequency=11),
    )),
    ("pre3", dict(target_modules=["all-linear"])),
    ("post3", dict(target_modules="All-Linear")),
    ("post3", dict(target_modules="all-linear", exclude_modules=["project_in"])),
    ("post3", dict(target_modules="all-linear", proportional_parameters=True, n_frequency=7)),
    ("post3", dict(target_modules=["project_in", "fc2"], proportional_parameters=True, n_frequency=90)),
    ("post3", dict(target_modules=["q_proj", "project_out"], exclude_modules=["layers.1.self_attn.q_proj", "never"])),
    ("post3", dict(target_modules=["q_proj"], exclude_modules=["k_proj"])),
    ("post3", dict(target_modules=["q_proj"], exclude_modules=["never"])),
    ("post3", dict(target_modules=["q_proj"], exclude_modules="q_proj")),
    ("post3", dict(target_modules=["q_proj"], exclude_modules=["q_proj"])),
    ("post3", dict(target_modules=["q_proj"], exclude_modules=[])),
    ("pre12", dict(target_modules="all-linear")),
    ("post12", dict(target_modules="all-linear")),
    ("post12", dict(target_modules="all-linear", exclude_modules=["project_in"])),
    ("post12", dict(target_modules="all-linear", exclude_modules=r".*layers\.(3|4)\..*")),
    ("pre12", dict(target_modules=[f"model.decoder.layers.{i}.{name}" for i in range(12) for name in ("fc1", "fc2")])),
    ("pre12", dict(target_modules=[f"model.decoder.layers.{i}.{name}" for i in range(11) for name in ("fc1", "fc2")])),
    ("pre12", dict(target_modules=[f"layers.{i}.fc1" for i in range(12)] + [f"layers.{i}.fc2" for i in range(9)])),
    ("pre12", dict(target_modules=["q_proj", "v_proj"], layers_to_transform=[1, 11])),
    *(("pre3", extra) for extra in LAYER_LISTS),
    *(("post3", extra) for extra in LAYER_LISTS[-2:]),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"fc1": 9})),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"0.fc1": 9, "fc1": 8, r".*q_proj": 3})),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"fc1": 8, "0.fc1": 9})),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"c1": 8, "layers.[01].fc1": 4, "1": 5})),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"fc1|q_proj": 2, "model.decoder.layers.1.fc1": 6})),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"model.decoder.layers.1.self_attn.q_proj": 64})),
    ("pre3", dict(target_modules=["q_proj", "fc1"], n_frequency_pattern={"fc1": 97})),
    ("pre3", dict(target_modules=["q_proj"], n_frequency=64)),
    ("pre3", dict(target_modules=["q_proj"], n_frequency=65)),
    ("pre3", dict(target_modules=["q_proj"], n_frequency=0)),
    ("pre3", dict(target_modules=["q_proj"], n_frequency=-3)),
    ("pre3", dict(target_modules=["q_proj", "fc1", "fc2"], proportional_parameters=True, n_frequency=1)),
    ("pre3", dict(target_modules=["q_proj", "fc1"], proportional_parameters=True, n_frequency=80)),
    ("pre3", dict(target_modules=["q_proj", "fc1"], proportional_parameters=True, n_frequency=13, n_frequency_pattern={"fc1": 2})),
]


def run(model_name, fields):
    model = OPTForCausalLM(OPTConfig(**MODELS[model_name]))
    fields = {"n_frequency": 5, "task_type": "CAUSAL_LM", **fields}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            peft_model = get_peft_model(model, WaveFTConfig(**fields))
        except Exception as error:
            return {"error": type(error).__name__}
    layers = {
        name: module.waveft_spectrum["default"].numel()
        for name, module in peft_model.base_model.model.named_modules() if isinstance(module, WaveFTLinear)
    }
    with tempfile.TemporaryDirectory() as folder:
        peft_model.save_pretrained(folder)
        saved = json.loads((Path(folder) / "adapter_config.json").read_text())["target_modules"]
    warned = any("exclude_modules" in str(each.message) for each in caught)
    return {"layers": layers, "saved": sorted(saved) if isinstance(saved, list) else saved, "unused_excludes": warned}


def main():
    rows = [json.dumps({"model": model, "config": {"n_frequency": 5, **fields}, **run(model, fields)}) for model, fields in CASES]
    head = json.dumps({"versions": VERSIONS, "tolerance": 0, "models": {name: {"model_type": "opt", **sizes} for name, sizes in MODELS.items()}})
    (OUT / "targets.json").write_text(head[:-1] + ',\n"cases": [\n' + ",\n".join(rows) + "\n]}\n")


if __name__ == "__main__":
    main()
