"""Load an adapter that we saved with Python PEFT and compare its logits with ours.

    python reference/opt/check_adapter.py <model folder> <adapter folder> <logits.json> [tolerance]

logits.json: {"input_ids": [[…]], "attention_mask": [[…]] (optional), "logits": [[[…]]]}, logits in float32 of shape
[rows, length, vocab]. Only places with mask 1 count. Prints max|a−b|/max|b|; exit code 1 above the tolerance (1e-4).
"""

import json
import os
import sys
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def load(model, adapter):
    """Base (float32) + adapter; a key that PEFT misses or does not know is an error here, not a warning."""
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        adapted = PeftModel.from_pretrained(base, adapter).eval()
    texts = [str(entry.message) for entry in caught]
    bad = [text for text in texts if "missing" in text.lower() or "unexpected" in text.lower()]
    if bad:
        raise SystemExit(f"{adapter}: PEFT complains: {bad}")
    return adapted


@torch.no_grad()
def relative_error(model, ids, mask, ours):
    theirs = model(input_ids=ids, attention_mask=mask).logits
    if theirs.shape != ours.shape:
        raise SystemExit(f"logits have shape {list(ours.shape)}, Python's {list(theirs.shape)}")
    keep = mask.bool()
    return float((ours[keep] - theirs[keep]).abs().max() / theirs[keep].abs().max())


def main(model, adapter, logits, tolerance="1e-4"):
    value = json.loads(open(logits, encoding="utf-8").read())
    ids = torch.tensor(value["input_ids"])
    mask = torch.tensor(value["attention_mask"]) if "attention_mask" in value else torch.ones_like(ids)
    adapted = load(model, adapter)
    error = relative_error(adapted, ids, mask, torch.tensor(value["logits"], dtype=torch.float32))
    good = error <= float(tolerance)  # false for NaN too
    with torch.no_grad():
        tuned = adapted(input_ids=ids, attention_mask=mask).logits
        with adapted.disable_adapter():
            effect = float((tuned - adapted(input_ids=ids, attention_mask=mask).logits).abs().max())
    print(f"relative error {error:.2e}, allowed {tolerance}; the adapter moves the logits by up to {effect:.2e}: {'good' if good else 'BAD'}")
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
