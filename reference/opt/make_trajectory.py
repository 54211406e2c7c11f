"""Loss curves, adapters and first gradients of the reference script's loop on the tiny models of make_models.py.

    python reference/opt/make_trajectory.py

Writes, per run:
  apps/waveft-finetuning/test/golden/trajectory-<run>.json   flags, losses per step, norms, evaluations
  packages/peft/test/golden/adapter-<run>/                   PEFT's adapter files (the best adapter, reloaded at the end),
      expected.safetensors   input_ids, attention_mask, logits of the base with the adapter, after PeftModel.from_pretrained
      first.safetensors      first batch, its loss, and the gradient of each coefficient vector at zero, before clipping
and apps/waveft-finetuning/test/golden/data.json (the 60 records that all runs train on) and eval.json.
"""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch
from data import records, strange_records
from finetune import finetune
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "packages/transformers/test/golden"
ADAPTERS = ROOT / "packages/peft/test/golden"
CURVES = ROOT / "apps/waveft-finetuning/test/golden"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "peft", "accelerate", "datasets", "tokenizers")}
VERSION_LINE = ", ".join(f"{name} {number}" for name, number in VERSIONS.items())

BASE = dict(
    batch_size=4, learning_rate=3e-3, cutoff_len=64, val_set_size=8, eval_step=10, save_step=10, waveft_n_frequency=64,
    dtype="float32", shuffle=False, max_steps=20, warmup_steps=5, logging_steps=1,
)
RUNS = {
    "default": {},
    "db4": dict(waveft_target_modules="q_proj,v_proj,fc1", waveft_wavelet_family="db4", waveft_scaling=12.5, random_loc_seed=4321),
    "direct": dict(waveft_use_idwt=False),
}
EXTRA = {  # (model, flags) of runs on one model only
    "pre-epochs": ("opt-pre", dict(max_steps=-1, num_epochs=2, batch_size=5, eval_step=7, save_step=7, waveft_target_modules="all-linear")),
    "pre-shuffled": ("opt-pre", dict(shuffle=True, seed=7)),
    # evaluated on eval.json instead of a split, and the best evaluation (step 8) is not the last
    "post-best": ("opt-post", dict(eval_data_path="eval.json", learning_rate=1e-2, waveft_n_frequency=400, cutoff_len=110,
                                   waveft_target_modules="all-linear", eval_step=2, save_step=2, max_steps=12, warmup_steps=4)),
}


def save_adapter(model, folder):
    """`save_pretrained` without its model card; the target list is sorted, since PEFT writes a set in hash order."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    if isinstance(config["target_modules"], list):
        config["target_modules"] = sorted(config["target_modules"])
    path.write_text(json.dumps(config, indent=2, sort_keys=True))
    (folder / "adapter_model.safetensors").chmod(0o644)


@torch.no_grad()
def adapted_logits(base, folder):
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), folder).eval()
    generator = torch.Generator().manual_seed(3)
    ids = torch.randint(4, 448, (2, 8), generator=generator)
    mask = torch.tensor([[1] * 8, [1] * 5 + [0] * 3])
    ids = ids.masked_fill(mask == 0, 1)
    return {"input_ids": ids, "attention_mask": mask, "logits": model(input_ids=ids, attention_mask=mask).logits}


def write(path, tensors):
    save_file({name: value.contiguous() for name, value in tensors.items()}, path, metadata={"versions": VERSION_LINE})
    path.chmod(0o644)


def run(name, base, flags):
    flags = {**BASE, **flags}
    held_out = flags.get("eval_data_path")
    paths = {} if held_out is None else {"eval_data_path": CURVES / held_out}
    with tempfile.TemporaryDirectory() as output:
        record, model, first = finetune(MODELS / base, CURVES / "data.json", output, **{**flags, **paths})
    record["flags"]["eval_data_path"] = held_out
    adapter = ADAPTERS / f"adapter-{name}"
    save_adapter(model, adapter)
    write(adapter / "expected.safetensors", adapted_logits(MODELS / base, adapter))
    if first is not None:
        write(adapter / "first.safetensors", {
            **{f"batch.{key}": value for key, value in first["batch"].items()},
            "loss": first["loss"].reshape(1),
            **{f"gradient.{key}": value for key, value in first["gradients"].items()},
        })
    # post-best's learning rate lets training diverge: rounding, which is each processor's own, grows from 1e-7 to 2e-4
    # in the norm of the twelfth gradient, while the losses stay within 2e-6.
    norms = 1e-3 if name == "post-best" else 1e-4
    value = {"model": base, "data": "data.json", "adapter": f"adapter-{name}", "tolerance": 1e-4, "grad_norm_tolerance": norms, "versions": VERSIONS, **record}
    (CURVES / f"trajectory-{name}.json").write_text(json.dumps(value, indent=1) + "\n")
    print(name, [round(x, 4) for x in record["loss"]], record["eval"], record["best_global_step"], record["final_eval_loss"], [round(x, 2) for x in record["grad_norm"]])


def main():
    CURVES.mkdir(parents=True, exist_ok=True)
    for name, rows in {"data.json": records(20, 60), "eval.json": strange_records(5, 5)}.items():
        (CURVES / name).write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for kind in ("pre", "post"):
        for name, flags in RUNS.items():
            run(f"{kind}-{name}", f"opt-{kind}", flags)
    for name, (base, flags) in EXTRA.items():
        run(name, base, flags)
    (CURVES / "README.md").write_text(
        f"Loss curves of PEFT's own WaveFT loop in float32 on `packages/transformers/test/golden/opt-*`; written by `reference/opt/make_trajectory.py` with {VERSION_LINE}.\n"
        "Every loss, norm and evaluation within 1e-4 relative, learning rates and token counts exactly; `data.json` and `eval.json` were made for this repository.\n"
    )
    (ADAPTERS / "README.md").write_text(
        f"`delta.*` by `reference/peft/make_delta.py` (1e-5 relative), `adapter-*` by `reference/opt/make_trajectory.py` with {VERSION_LINE}.\n"
        "`adapter-*/expected.safetensors`: logits of base + adapter where the mask is 1; `first.safetensors`: gradients of the first batch (both 1e-4 relative).\n"
        "`targets.json` by `reference/peft/make_targets.py` (exact); `half`, `init`, `adapter-bias-*` and `adapter-coif4` by `reference/peft/make_layers.py`, whose head states the tolerances.\n"
    )


if __name__ == "__main__":
    main()
