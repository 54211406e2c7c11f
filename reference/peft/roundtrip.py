"""Adapters there and back: random ones made by PEFT for us to read, and ours read by PEFT.

    python reference/peft/roundtrip.py make --seed 3 --out folder [--count 20] [--model opt] [--method WAVEFT]
    python reference/peft/roundtrip.py check folder adapter outputs.safetensors [folder adapter outputs …] [--tolerance 1e-4]

`make` writes from a seed (with `--count`, into folder/<seed>/ for that many seeds):
  base/                   a model of random sizes: opt, gpt2, llama, bert with a classifier
  adapter/                what PEFT saved, with random numbers in all that trains; a second adapter in adapter/second/
  expected.safetensors    as the golden data has it (make_adapters.py): batch, logits, loss, gradients, merged.logits; for a
      base in half precision in float32 from its rounded weights
  case.json               `seed`, `model`, `method`, `dtype`, `share`, `states`, `fields` and `second` as drawn, `layers`, `zero`,
      `refused`: how many draws PEFT refused, or did not read as it had written, before this one
`check` opens with PEFT an adapter folder that we saved for the base in `folder`, and prints one line of JSON:
  ok          whether all of this holds
  problems    keys, shapes, dtypes and configuration fields that differ from folder/adapter's (peft_version aside), warnings
              of PEFT that its own adapter does not cause
  errors      per name in the outputs file, which names tensors as expected.safetensors does, max|a − b| / max|b| to what PEFT
      computes with our adapter, where the mask is 1; `worst` is the largest, which must not exceed the tolerance
  identical   whether our adapter_model.safetensors is PEFT's byte for byte
and leaves with code 1 if one is not ok.
"""

import argparse
import copy
import json
import random
import sys
import warnings
from pathlib import Path

import torch
from common import (
    DTYPES, batch_for, draw, layers_of, load_base, name_base, open_adapter, read_tensors, relative_error, run, save_adapters, write_json,
    write_tensors,
)
from peft import LoraConfig, WaveFTConfig, get_peft_model
from roundtrip_draw import ARCHITECTURES, base_model, chance, linear_layers, lora_fields, waveft_fields
from safetensors import SafetensorError, safe_open

CONFIGS = {"WAVEFT": (WaveFTConfig, waveft_fields), "LORA": (LoraConfig, lora_fields)}
STATES = {"default": ["default"], "second": ["second"], "both": ["default", "second"]}


class Refused(Exception):
    """PEFT does not take this draw, or does not read what it wrote."""


def new_adapter(case, folder):
    """The adapter, or two, saved; and their logits before that."""
    config, _ = CONFIGS[case["method"]]
    spread = lambda fields: 0.2 / max(1, abs(fields.get("scaling", 4)))
    model = get_peft_model(load_base(folder / "base", case["dtype"], case["share"]), config(**copy.deepcopy(case["fields"])))
    draw(model, case["seed"], spread(case["fields"]))
    if case["second"] is not None:
        model.add_adapter("second", config(**copy.deepcopy(case["second"])))
        model.set_adapter("second")
        draw(model, case["seed"] + 1, spread(case["second"]))
        model.set_adapter("default")
    name_base(model, "base")
    save_adapters(model, folder / "adapter")
    return model.eval()


def opened(case, folder, adapter, dtype="float32"):
    model = open_adapter(load_base(folder / "base", case["dtype"], case["share"]).to(DTYPES[dtype]), adapter, is_trainable=True)
    if case["second"] is not None:
        model.load_adapter(adapter / "second", "second", is_trainable=True)
        model.set_adapter("default")
    return model.eval()


def heard(case, folder, adapter):
    """The opened model, and the warnings that it took."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = opened(case, folder, adapter)
    return model, [str(entry.message) for entry in caught]


def outputs(case, model, batch):
    tensors = {}
    for state in case["states"]:
        model.base_model.set_adapter(STATES[state])
        tensors.update({f"{state}.{key}": value for key, value in run(model, batch, STATES[state] + ["-"]).items()})
    if case["second"] is None:
        tensors = run(model, batch)
    with torch.no_grad():
        model.merge_adapter()
        tensors["merged.logits"] = model(**batch).logits
        model.unmerge_adapter()
    return tensors


def attempt(rng, case, folder):
    """One draw of configurations; raises where PEFT cannot do it."""
    _, fields_of = CONFIGS[case["method"]]
    model = load_base(folder / "base")
    case["fields"] = fields_of(rng, model, case["model"])
    case["second"] = fields_of(rng, model, case["model"]) if chance(rng, 0.25) else None
    if case["second"] is not None:
        case["second"].update(task_type=case["fields"]["task_type"], modules_to_save=None)
        if case["fields"]["bias"] != "none":  # PEFT leaves one adapter's biases in force when another acts
            case["fields"]["bias"] = "none"
        case["second"]["bias"] = "none"
    heads = case["fields"]["modules_to_save"] is not None or case["fields"]["task_type"] == "SEQ_CLS"
    case["states"] = [] if case["second"] is None else ["default", "second"] + ([] if heads else ["both"])
    shapes = {name: layer.weight.shape for name, layer in linear_layers(model).items() if name.count(".") > 2}
    same = [(a, b) for a in shapes for b in shapes if b < a and a.split(".")[-1] == b.split(".")[-1] and shapes[a] == shapes[b]]
    case["share"] = [list(rng.choice(same))] if same and chance(rng, 0.1) else []
    try:
        made = new_adapter(case, folder)
        batch = batch_for(made.config, rows=3, length=rng.randint(3, 7), seed=case["seed"])
        again = opened(case, folder, folder / "adapter", case["dtype"])
        with torch.no_grad():
            before, after = made(**batch).logits, again(**batch).logits
    except (ValueError, RuntimeError, TypeError, KeyError, AttributeError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    if relative_error(after, before) > (1e-6 if case["dtype"] == "float32" else 2e-2):
        raise Refused("opened again, it gives other logits")
    return batch


def make(seed, folder, kind, method):
    rng = random.Random(seed)
    case = {
        "seed": seed, "model": kind or rng.choice(ARCHITECTURES), "method": method or rng.choice(["WAVEFT", "WAVEFT", "WAVEFT", "LORA"]),
        "dtype": rng.choice(["float32"] * 6 + ["float16", "bfloat16"]),
    }
    base_model(rng, case["model"]).save_pretrained(folder / "base")
    refused = []
    while True:
        for file in folder.glob("adapter/**/*.*"):
            file.unlink()
        try:
            batch = attempt(rng, case, folder)
            break
        except Refused as reason:
            refused.append(str(reason)[:120])
            if len(refused) > 60:
                raise SystemExit(f"seed {seed}: PEFT refused 60 draws, at last {reason}") from reason
    model = opened(case, folder, folder / "adapter")
    tensors = {**batch, **outputs(case, model, batch)}
    zero = [key for key, value in tensors.items() if "gradient." in key and value.abs().max() < 1e-6]
    for key in zero:
        del tensors[key]
    write_tensors(folder / "expected.safetensors", tensors)
    write_json(folder / "case.json", {**case, "layers": len(layers_of(model)), "zero": sorted(zero), "refused": len(refused)})
    print(json.dumps({"seed": seed, "model": case["model"], "method": case["method"], "layers": len(layers_of(model)),
                      "states": case["states"], "refused": refused}))


def header(path):
    with safe_open(path, "pt") as file:
        return {key: (str(file.get_slice(key).get_dtype()), list(file.get_slice(key).get_shape())) for key in file.keys()}


def differences(ours, theirs):
    """Of two adapter folders: keys with their types and shapes, fields."""
    problems = []
    mine, want = header(ours / "adapter_model.safetensors"), header(theirs / "adapter_model.safetensors")
    # With bias "all" PEFT also writes biases of its own wrapper, twice or frozen; it reads files without them.
    spare = {key for key in want if ".original_module." in key or ".modules_to_save." in key}
    for key in sorted(mine.keys() | want.keys()):
        if mine.get(key) != want.get(key) and not (key in spare and key not in mine):
            problems.append(f"{key}: ours {mine.get(key)}, PEFT's {want.get(key)}")
    mine, want = (json.loads((folder / "adapter_config.json").read_text()) for folder in (ours, theirs))
    for field in sorted((mine.keys() | want.keys()) - {"peft_version"}):
        a, b = mine.get(field, "absent"), want.get(field, "absent")
        if field in ("target_modules", "exclude_modules") and isinstance(a, list) and isinstance(b, list):
            a, b = sorted(a), sorted(b)
        if field == "modules_to_save" and isinstance(a, list) and isinstance(b, list):
            a, b = list(dict.fromkeys(a)), list(dict.fromkeys(b))  # PEFT appends a task's head again with every load
        if a != b or isinstance(a, bool) != isinstance(b, bool):  # 7 and 7.0 are one number
            problems.append(f"adapter_config.json: {field} is {a!r}, PEFT's {b!r}")
    return problems


def errors_of(given, theirs, mask):
    """Per name. A gradient is measured by the largest one's thousandth at least: what is 0 but for rounding has no relative error."""
    slopes = [value.abs().max() for key, value in theirs.items() if "gradient." in key]
    floor = 1e-3 * max(slopes) if slopes else 0
    errors, problems = {}, []
    for key, value in given.items():
        if key in ("input_ids", "attention_mask", "labels"):
            continue
        expected = theirs.get(key)
        if expected is None or expected.shape != value.shape:
            problems.append(f"{key}: ours {list(value.shape)}, PEFT's {None if expected is None else list(expected.shape)}")
        elif not torch.isfinite(value).all():
            problems.append(f"{key}: ours is not finite")
        elif "gradient." in key:
            errors[key] = float((value.float() - expected).abs().max() / max(floor, expected.abs().max()))
        elif key.endswith("logits") and value.ndim == 3:
            errors[key] = relative_error(value[mask], expected[mask])
        else:
            errors[key] = relative_error(value, expected)
    return errors, problems


def check(folder, adapter, outputs_file, tolerance):
    case = json.loads((folder / "case.json").read_text())
    pairs = [(adapter, folder / "adapter")] + ([] if case["second"] is None else [(adapter / "second", folder / "adapter/second")])
    result = {"ok": False, "seed": case["seed"], "problems": [], "errors": {}, "worst": None, "identical": None}
    try:
        for ours, theirs in pairs:
            result["problems"] += differences(ours, theirs)
        names = [(ours / "adapter_model.safetensors", theirs / "adapter_model.safetensors") for ours, theirs in pairs]
        result["identical"] = all(ours.read_bytes() == theirs.read_bytes() for ours, theirs in names)
        batch = {key: value.long() for key, value in read_tensors(folder / "expected.safetensors").items()
                 if key in ("input_ids", "attention_mask", "labels")}
        _, usual = heard(case, folder, folder / "adapter")
        model, texts = heard(case, folder, adapter)
        result["problems"] += [f"PEFT warns: {text}" for text in texts if text not in usual]
        errors, problems = errors_of(read_tensors(outputs_file), outputs(case, model, batch), batch["attention_mask"].bool())
        result["errors"], result["problems"] = errors, result["problems"] + problems
        result["worst"] = max(errors.values(), default=None)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, SafetensorError) as error:
        result["problems"].append(f"{type(error).__name__}: {error}")
    result["ok"] = not result["problems"] and bool(result["errors"]) and all(value <= tolerance for value in result["errors"].values())
    print(json.dumps(result))
    return result["ok"]


def main():
    parser = argparse.ArgumentParser(description="Round trips of adapters between PEFT and us.")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("--seed", type=int, required=True)
    making.add_argument("--out", type=Path, required=True)
    making.add_argument("--count", type=int)
    making.add_argument("--model", choices=ARCHITECTURES)
    making.add_argument("--method", choices=sorted(CONFIGS))
    checking = commands.add_parser("check")
    checking.add_argument("paths", type=Path, nargs="+", metavar="folder adapter outputs")
    checking.add_argument("--tolerance", type=float, default=1e-4)
    given = parser.parse_args()
    if given.command == "make":
        warnings.simplefilter("ignore")
        for seed in range(given.seed, given.seed + (given.count or 1)):
            make(seed, given.out if given.count is None else given.out / str(seed), given.model, given.method)
        return 0
    if len(given.paths) % 3 != 0:
        parser.error(f"check takes three paths for each adapter (folder, adapter, outputs); {len(given.paths)} were given")
    triples = [given.paths[i:i + 3] for i in range(0, len(given.paths), 3)]
    return 0 if all([check(*triple, given.tolerance) for triple in triples]) else 1


if __name__ == "__main__":
    sys.exit(main())
