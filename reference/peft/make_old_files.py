"""Write packages/peft/test/golden/old-files: an adapter as PEFT before 0.7 left it, with embeddings saved along.

    python reference/peft/make_old_files.py

LoRA on the queries of packages/transformers/test/golden/llama-tiny, whose embedding and head were changed and are in the
file (`save_embedding_layers`); `adapter_model.bin`, the weights in torch's format; a config with null and notes as others
write them. expected.json: logits of one row after `PeftModel.from_pretrained`. Tolerance 1e-5 of the largest.
"""

import json
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import get_peft_model_state_dict
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "packages/transformers/test/golden/llama-tiny"
OUT = ROOT / "packages/peft/test/golden/old-files"
IDS = [5, 9, 7, 30, 2, 11]


def main():
    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(r=2, lora_alpha=8, target_modules=["q_proj"], task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name or "embed_tokens" in name or "lm_head" in name:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    OUT.mkdir(parents=True, exist_ok=True)
    torch.save(get_peft_model_state_dict(model, save_embedding_layers=True), OUT / "adapter_model.bin")
    config = model.peft_config["default"].to_dict()
    config.update(
        peft_type="LORA", task_type="CAUSAL_LM", base_model_name_or_path="llama-tiny", loftq_config=None, inference_mode=True,
        target_modules=["q_proj"], auto_mapping={"base_model_class": "LlamaForCausalLM", "unsloth_fixed": True},
    )
    (OUT / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    fresh = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32), OUT)
    with torch.no_grad():
        logits = fresh(torch.tensor([IDS])).logits[0]
    (OUT / "expected.json").write_text(json.dumps(dict(ids=IDS, logits=[[round(x, 7) for x in row] for row in logits.tolist()])) + "\n")


if __name__ == "__main__":
    main()
