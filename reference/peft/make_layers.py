"""Half-precision bases, trained biases, random starts and the coif4 of PEFT, on the tiny OPT models of opt/make_models.py.

    python reference/peft/make_layers.py

Writes to packages/peft/test/golden/:
  half.safetensors      per model (opt-pre, opt-post) and dtype: `<model>.<dtype>.native`, logits of base + PEFT's adapter
      (adapter-<form>-db4) computed in that dtype (2e-2 for bfloat16, 3e-3 for float16); `<model>.<dtype>.rounded`, the
      same with the weights rounded once to the dtype and all arithmetic in float32 (1e-5); for `<model>.input_ids`
  init.safetensors      spectra of `init_weights=False` after `torch.manual_seed(seed)`: `<seed>.<dtype>.<layer>`, n given by
      a pattern so that both of torch's branches run (3e-7)
  adapter-bias-all/, adapter-bias-waveft/, adapter-coif4/     adapters made by PEFT, with random numbers in what is trained,
      and their `expected.safetensors` (input_ids, logits; 1e-5)
and packages/peft/src/methods/waveft/peft-coif4.ts, the taps of PEFT's coif4.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "opt"))

import torch
from make_trajectory import save_adapter, write
from peft import PeftModel, WaveFTConfig, get_peft_model
from peft.tuners.waveft.wavelet import Wavelet
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "packages/transformers/test/golden"
OUT = ROOT / "packages/peft/test/golden"
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


def input_ids():
    return torch.randint(4, 448, (1, 8), generator=torch.Generator().manual_seed(11))


def base(name, dtype=torch.float32):
    return AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=dtype).eval()


@torch.no_grad()
def half():
    tensors = {"input_ids": input_ids().to(torch.int32)}
    for form in ("pre", "post"):
        for name, dtype in DTYPES.items():
            adapter = OUT / f"adapter-{form}-db4"
            native = PeftModel.from_pretrained(base(f"opt-{form}", dtype), adapter)
            tensors[f"opt-{form}.{name}.native"] = native(input_ids=input_ids()).logits.float()
            rounded = PeftModel.from_pretrained(base(f"opt-{form}", dtype).float(), adapter)
            tensors[f"opt-{form}.{name}.rounded"] = rounded(input_ids=input_ids()).logits
    write(OUT / "half.safetensors", tensors)


def init():
    tensors = {}
    for seed in (None, 0, 1234):
        for name, dtype in {"float32": torch.float32, **DTYPES}.items():
            model = base("opt-pre", dtype)
            # None: the generator of a new process.
            torch.manual_seed(67280421310721 if seed is None else seed)
            config = WaveFTConfig(
                init_weights=False, n_frequency=40, target_modules=["q_proj", "v_proj", "k_proj", "fc1"],
                n_frequency_pattern={"k_proj": 7, "0.v_proj": 32, "1.self_attn.v_proj": 3},
            )
            model = get_peft_model(model, config)
            for key, value in model.named_parameters():
                if "waveft" in key:
                    layer = key.removeprefix("base_model.model.").removesuffix(".waveft_spectrum.default")
                    tensors[f"{seed}.{name}.{layer}"] = value.detach().float()
    write(OUT / "init.safetensors", tensors)


def adapter(name, model_name, **fields):
    model = get_peft_model(base(model_name), WaveFTConfig(task_type="CAUSAL_LM", **fields))
    generator = torch.Generator().manual_seed(5)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data.add_(torch.randn(parameter.shape, generator=generator) * 0.02)
    folder = OUT / f"adapter-{name}"
    model.base_model.model.name_or_path = model_name
    model.peft_config["default"].base_model_name_or_path = model_name
    save_adapter(model, folder)
    with torch.no_grad():
        logits = PeftModel.from_pretrained(base(model_name), folder).eval()(input_ids=input_ids()).logits
    write(folder / "expected.safetensors", {"input_ids": input_ids().to(torch.int32), "logits": logits})


def coif4():
    taps = Wavelet("coif4").rec_lo
    text = f"""/**
 * The reconstruction low-pass filter of coif4 in PEFT {version("peft")} (`peft/tuners/waveft/wavelet.py`), which is no coiflet: its
 * taps are off by up to 0.012, their sum is {sum(taps):.4f}. Written by `reference/peft/make_layers.py`.
 */
// biome-ignore format: a table
export const peftCoif4: readonly number[] = [
{chr(10).join("  " + ", ".join(repr(tap) for tap in taps[i:i + 4]) + "," for i in range(0, len(taps), 4))}
];
"""
    (ROOT / "packages/peft/src/methods/waveft/peft-coif4.ts").write_text(text)


def main():
    half()
    init()
    adapter("bias-all", "opt-post", n_frequency=16, bias="all")
    adapter("bias-waveft", "opt-post", n_frequency=16, bias="waveft_only", target_modules=["q_proj", "fc1"])
    adapter("coif4", "opt-pre", n_frequency=64, wavelet_family="coif4")
    coif4()


if __name__ == "__main__":
    main()
