"""What the scripts of this folder share: base models, numbers for adapters, PEFT's outputs and slopes, files."""

import json
import os
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "packages/transformers/test/golden"
GOLDEN = ROOT / "packages/peft/test/golden"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "peft", "safetensors")}
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def is_classifier(config):
    return any("SequenceClassification" in name for name in config.architectures or [])


def load_base(folder, dtype="float32", share=()):
    """The model of a folder in evaluation mode; `share`: pairs of layers, of which the first takes the second's weight."""
    auto = AutoModelForSequenceClassification if is_classifier(AutoConfig.from_pretrained(folder)) else AutoModelForCausalLM
    model = auto.from_pretrained(folder, dtype=DTYPES[dtype]).eval()
    for taker, owner in share:
        model.get_submodule(taker).weight = model.get_submodule(owner).weight
    return model


def batch_for(config, rows=2, length=4, seed=7):
    """Ids, a mask that ends early in the second row, and labels (next tokens, or one class a row)."""
    ids = torch.randint(4, config.vocab_size, (rows, length), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones_like(ids)
    mask[1, -1] = 0
    ids = ids.masked_fill(mask == 0, config.pad_token_id if getattr(config, "pad_token_id", None) is not None else 1)
    labels = torch.arange(rows) % config.num_labels if is_classifier(config) else ids.masked_fill(mask == 0, -100)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def draw(model, seed=5, std=0.02):
    """Adds normal numbers to all that trains. LoRA's B, which starts at zero, gets larger ones."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters(), key=lambda entry: entry[0]):
        if parameter.requires_grad:
            noise = torch.randn(parameter.shape, generator=generator) * (5 * std if "lora_" in name else std)
            parameter.data.add_(noise.to(parameter.dtype))


def file_key(name, adapter="default"):
    """The name in adapter_model.safetensors of a parameter of a PeftModel."""
    return name.replace(f".modules_to_save.{adapter}.", ".").replace(f".{adapter}.", ".").removesuffix(f".{adapter}")


def run(model, batch, adapters=("default",)):
    """Logits, mean loss, and the slope of the loss along each parameter that trains: `gradient.<key in the file>`."""
    model.zero_grad()
    out = model(**batch)
    tensors = {"logits": out.logits.detach().float(), "loss": out.loss.detach().float().reshape(1)}
    trained = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    if trained:
        out.loss.backward()
    for name, parameter in trained:
        if parameter.grad is None:  # takes no part, as a bias of the base under a module that is trained as a whole
            continue
        adapter = next((a for a in adapters if f".{a}." in name or name.endswith(f".{a}")), "default")
        prefix = "gradient." if len(adapters) == 1 else f"gradient.{adapter}."
        tensors[prefix + file_key(name, adapter)] = parameter.grad.detach().float()
    return tensors


def name_base(model, name):
    """Files tell of the base by its name, not by a path of this machine."""
    model.get_base_model().name_or_path = name
    for config in model.peft_config.values():
        config.base_model_name_or_path = name


def save_adapters(model, folder):
    """`save_pretrained` without model cards; lists that PEFT keeps as sets, so in hash order, are sorted."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    for card in folder.rglob("README.md"):
        card.unlink()
    for path in folder.rglob("adapter_config.json"):
        config = json.loads(path.read_text())
        for field in ("target_modules", "exclude_modules"):
            if isinstance(config.get(field), list):
                config[field] = sorted(config[field])
        path.write_text(json.dumps(config, indent=2, sort_keys=True))
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)


def open_adapter(base, folder, name="default", **options):
    """`PeftModel.from_pretrained`; what PEFT merely warns of when keys are missing or unknown is an error here."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(base, folder, adapter_name=name, **options).eval()
    texts = [str(entry.message) for entry in caught]
    bad = [text for text in texts if "missing" in text.lower() or "unexpected" in text.lower()]
    if bad:
        raise ValueError(f"{folder}: {bad}")
    return model


def layers_of(model):
    return {name: module for name, module in model.named_modules() if isinstance(module, BaseTunerLayer)}


def relative_error(actual, expected):
    """max|a − b| / max|b|"""
    return float((actual.float() - expected.float()).abs().max() / expected.float().abs().max().clamp_min(1e-30))


def write_tensors(path, tensors):
    plain = {key: (value.to(torch.int32) if value.dtype == torch.int64 else value).contiguous() for key, value in tensors.items()}
    save_file(plain, path, metadata={"versions": ", ".join(f"{name} {number}" for name, number in VERSIONS.items())})
    path.chmod(0o644)


def read_tensors(path):
    return load_file(path)


def write_json(path, value, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, **{"indent": 1, **options}) + "\n", encoding="utf-8")
