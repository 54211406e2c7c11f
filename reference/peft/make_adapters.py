"""Adapters saved by PEFT, WaveFT and LoRA, on the tiny models of packages/transformers/test/golden.

    python reference/peft/make_adapters.py [case …]

writes packages/peft/test/golden/peft-<case>/ of every case, or of those named:
  adapter_config.json, adapter_model.safetensors    as `save_pretrained` wrote them after seeded normal numbers were added
      to all that trains (set-valued lists sorted); a second adapter is in `second/`
  case.json     `model`; `dtype` that the base is loaded in; `share`, pairs of layers of which the first gets the second's
      weight before anything else; `states`; `seed` of torch where the adapter keeps its random start; `layers`, how many
      are adapted; `zero`, gradients left out of expected.safetensors as they are 0 but for rounding (a key's bias)
  expected.safetensors  `input_ids`, `attention_mask`, `labels` (unshifted, or classes), and of the adapter opened again:
      `logits`, `loss` [1] and `gradient.<name in the adapter file>`, in evaluation mode, float32.
      Several adapters: `<state>.logits`, `<state>.loss`, `<state>.gradient.<adapter>.<name>`, states default, second, both.
      `merged.logits` after merge_adapter. Half-precision base: the same in float32 from its rounded weights, and
      `native.logits` as PEFT computes them in that precision.
Logits (where the mask is 1) and losses agree within 1e-5, gradients within 1e-4 (max|a − b| / max|b|).
"""

import sys
import warnings

import torch
from adapter_cases import CASES
from common import (
    DTYPES, GOLDEN, MODELS, VERSIONS, batch_for, draw, layers_of, load_base, name_base, open_adapter, relative_error, run,
    save_adapters, write_json, write_tensors,
)
from peft import LoraConfig, WaveFTConfig, get_peft_model

CONFIGS = {"WAVEFT": WaveFTConfig, "LORA": LoraConfig}
STATES = {"default": ["default"], "second": ["second"], "both": ["default", "second"]}


def config_of(case, fields):
    task = "SEQ_CLS" if case["model"].endswith("-cls") else "CAUSAL_LM"
    return CONFIGS[case["method"]](**{"task_type": task, **fields})


def make(case, folder):
    """The adapter, or two, with random numbers; saved."""
    torch.manual_seed(case["seed"])
    model = get_peft_model(load_base(MODELS / case["model"], case["dtype"], case["share"]), config_of(case, case["fields"]))
    if case["draw"]:
        draw(model)
    if case["second"] is not None:
        model.add_adapter("second", config_of(case, case["second"]))
        model.set_adapter("second")
        draw(model, seed=6)
        model.set_adapter("default")
    name_base(model, case["model"])
    save_adapters(model, folder)
    return model.eval()


def again(case, folder, dtype="float32"):
    """The saved adapters on a new base, ready to train."""
    base = load_base(MODELS / case["model"], case["dtype"], case["share"])
    model = open_adapter(base.to(DTYPES[dtype]), folder, is_trainable=True)
    if case["second"] is not None:
        model.load_adapter(folder / "second", "second", is_trainable=True)
    return model


def expected(case, folder, made):
    model = again(case, folder)
    batch = batch_for(model.config, length=3 if case["model"].startswith("opt") else 6)
    tensors = dict(batch)
    if case["second"] is None:
        tensors.update(run(model, batch))
    for state in case["states"]:
        model.base_model.set_adapter(STATES[state])
        tensors.update({f"{state}.{key}": value for key, value in run(model, batch, STATES[state] + ["-"]).items()})
    with torch.no_grad():
        if case["dtype"] == "float32":
            check = tensors["logits" if case["second"] is None else "default.logits"]
            if relative_error(made(**batch).logits, check) > 1e-6:
                raise ValueError(f"{folder.name}: opened again, it gives other logits")
        else:
            tensors["native.logits"] = again(case, folder, case["dtype"])(**batch).logits.float()
        if case["merged"]:
            model.merge_adapter()
            tensors["merged.logits"] = model(**batch).logits
    return model, tensors


def one(name, case):
    folder = GOLDEN / f"peft-{name}"
    for file in folder.rglob("*.*"):
        file.unlink()
    made = make(case, folder)
    model, tensors = expected(case, folder, made)
    zero = [key for key, value in tensors.items() if "gradient." in key and value.abs().max() < 1e-6]
    for key in zero:
        del tensors[key]
    write_tensors(folder / "expected.safetensors", tensors)
    told = {key: case[key] for key in ("model", "dtype", "share", "states")}
    write_json(folder / "case.json", {
        **told, **({} if case["draw"] else {"seed": case["seed"]}), "layers": len(layers_of(model)), "zero": sorted(zero),
        "tolerance": 1e-5, "gradient_tolerance": 1e-4, "versions": VERSIONS, "generator": "reference/peft/make_adapters.py",
    })
    key = "logits" if case["second"] is None else "both.logits" if "both" in case["states"] else "second.logits"
    with torch.no_grad(), model.disable_adapter():
        plain = load_base(MODELS / case["model"], case["dtype"], case["share"]).float()
        bare = plain(**{k: v for k, v in tensors.items() if k in ("input_ids", "attention_mask")}).logits
    print(f"{name}: {len(layers_of(model))} layers, moves the logits by {relative_error(tensors[key], bare):.2f}")


def main(names):
    warnings.simplefilter("ignore")
    unknown = set(names) - set(CASES)
    if unknown:
        raise SystemExit(f"no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    for name, case in CASES.items():
        if not names or name in names:
            one(name, case)


if __name__ == "__main__":
    main(sys.argv[1:])
