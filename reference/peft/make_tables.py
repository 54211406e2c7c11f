"""PEFT's tables and defaults, and its sentence about trainable parameters.

    python reference/peft/make_tables.py        → packages/peft/test/golden/api/

  default-targets.json            per method the layers that it adapts in each `model_type` where none are named: a list of
      suffixes, or a full-match pattern
  waveft-config-default.json, lora-config-default.json    `fields`: what `save_pretrained` writes of a configuration that
      nobody changed (`config`), and of one that a model saved (`model`: with its targets filled in, without a task)
  lora-config-errors.json         rows of LoraConfig fields and where PEFT refuses them: `config`, or `model` (get_peft_model on
      opt-pre); `raised` null where it accepts them
  trainable-parameters.json       per model and configuration `trainable`, `all` and the `text` that is printed
All exact.
"""

import contextlib
import io
import json
import tempfile
import warnings
from pathlib import Path

from common import GOLDEN, MODELS, VERSIONS, load_base, name_base, save_adapters, write_json
from peft import LoraConfig, WaveFTConfig, get_peft_model
from peft.utils import (
    TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING, TRANSFORMERS_MODELS_TO_WAVEFT_TARGET_MODULES_MAPPING,
)

OUT = GOLDEN / "api"
CONFIGS = {"WAVEFT": WaveFTConfig, "LORA": LoraConfig}
NAMES = ["opt-pre", "opt-post", "gpt2-tiny", "llama-tiny", "llama-tiny-tied", "bert-tiny-cls"]
TRAINABLE = [
    *((name, "WAVEFT", dict(n_frequency=20)) for name in NAMES),
    *((name, "LORA", dict()) for name in NAMES),
    ("opt-pre", "WAVEFT", dict(n_frequency=20, bias="all")),
    ("gpt2-tiny", "WAVEFT", dict(n_frequency=20, target_modules=["lm_head"])),
    ("llama-tiny-tied", "WAVEFT", dict(n_frequency=20, modules_to_save=["lm_head"])),
    ("opt-pre", "LORA", dict(r=1, bias="lora_only", target_modules=["fc1"])),
]
LORA_FIELDS = [
    dict(), dict(r=0), dict(r=-1), dict(r=1000), dict(r=2.5), dict(lora_alpha=0), dict(lora_alpha=0.5), dict(lora_alpha=-1),
    dict(lora_dropout=1.0), dict(lora_dropout=1.5), dict(bias="some"), dict(bias="waveft_only"), dict(init_lora_weights="nothing"),
    dict(init_lora_weights="gaussian"), dict(init_lora_weights=False), dict(rank_pattern={"q_proj": 0}), dict(rank_pattern={"nothing": 3}),
    dict(alpha_pattern={"q_proj": 0}), dict(layers_pattern="layers"), dict(target_modules="q_proj"), dict(target_modules=".*q_proj", layers_to_transform=[0]),
    dict(target_modules=["final_layer_norm"]), dict(target_modules=["embed_tokens"]), dict(task_type="NOTHING"), dict(use_dora=True),
    dict(lora_bias=True), dict(target_modules=["lm_head"]), dict(target_modules=["embed_tokens", "lm_head"], ensure_weight_tying=True),
    dict(fan_in_fan_out=True),
]


def saved(config):
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        return json.loads((Path(folder) / "adapter_config.json").read_text())


def saved_by_model(config):
    model = get_peft_model(load_base(MODELS / "opt-pre"), config)
    name_base(model, "opt-pre")
    with tempfile.TemporaryDirectory() as folder:
        save_adapters(model, Path(folder))
        return json.loads((Path(folder) / "adapter_config.json").read_text())


def refusal(fields):
    where = "config"
    try:
        config = LoraConfig(**fields)
        where = "model"
        get_peft_model(load_base(MODELS / "opt-pre"), config)
    except Exception as error:
        return {"fields": fields, "where": where, "raised": type(error).__name__}
    return {"fields": fields, "where": None, "raised": None}


def trainable(name, method, fields):
    task = "SEQ_CLS" if name.endswith("cls") else "CAUSAL_LM"
    model = get_peft_model(load_base(MODELS / name), CONFIGS[method](task_type=task, **fields))
    count, total = model.get_nb_trainable_parameters()
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        model.print_trainable_parameters()
    return {"model": name, "peft_type": method, "fields": fields, "trainable": count, "all": total, "text": text.getvalue().rstrip("\n")}


def main():
    warnings.simplefilter("ignore")
    write_json(OUT / "default-targets.json", {
        "versions": VERSIONS, "WAVEFT": TRANSFORMERS_MODELS_TO_WAVEFT_TARGET_MODULES_MAPPING,
        "LORA": TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING,
    })
    for method, config in CONFIGS.items():
        fields = dict(n_frequency=20) if method == "WAVEFT" else {}
        write_json(OUT / f"{method.lower()}-config-default.json", {
            "versions": VERSIONS, "config": saved(config()), "changed": fields, "model": saved_by_model(config(**fields)),
        })
    write_json(OUT / "lora-config-errors.json", {"versions": VERSIONS, "rows": [refusal(fields) for fields in LORA_FIELDS]})
    write_json(OUT / "trainable-parameters.json", {"versions": VERSIONS, "rows": [trainable(*row) for row in TRAINABLE]})


if __name__ == "__main__":
    main()
