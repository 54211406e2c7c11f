"""Load a model that we saved with Python transformers and compare its logits with ours.

    python reference/transformers/check_saved.py <model folder> <logits.json> [tolerance]

logits.json: {"input_ids": [[…]], "attention_mask": [[…]], "logits": […]} and for classifiers maybe "token_type_ids";
logits of shape [rows, length, vocab], or [rows, labels]. Tokens count from each row's first real one. Missing,
unexpected and mismatched keys are errors. Prints max|a−b| / max|b| over places with mask 1; exit code 1 above the
tolerance (1e-5).
"""

import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers


def load(folder):
    """The class that config.json names, in float32."""
    config = transformers.AutoConfig.from_pretrained(folder)
    model, info = getattr(transformers, config.architectures[0]).from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True)
    complaints = {key: value for key, value in info.items() if value}
    if complaints:
        raise SystemExit(f"{folder}: {complaints}")
    return model.eval()


@torch.no_grad()
def relative_error(model, value):
    ids, mask, ours = (torch.tensor(value[key]) for key in ("input_ids", "attention_mask", "logits"))
    inputs = dict(input_ids=ids, attention_mask=mask)
    if "token_type_ids" in value:
        inputs["token_type_ids"] = torch.tensor(value["token_type_ids"])
    if ours.dim() == 3 and model.config.model_type != "opt":  # OPT counts by itself
        inputs["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)
    theirs = model(**inputs).logits
    if theirs.shape != ours.shape:
        raise SystemExit(f"logits have shape {list(ours.shape)}, Python's {list(theirs.shape)}")
    keep = mask.bool() if ours.dim() == 3 else slice(None)
    return float((ours[keep] - theirs[keep]).abs().max() / theirs[keep].abs().max())


def main(folder, logits, tolerance="1e-5"):
    error = relative_error(load(folder), json.loads(open(logits, encoding="utf-8").read()))
    good = error <= float(tolerance)  # false for NaN too
    print(f"relative error {error:.2e}, allowed {tolerance}: {'good' if good else 'BAD'}")
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
