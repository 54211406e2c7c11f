"""Write packages/trainer/test/golden/curves.json: what transformers' Trainer logs, evaluates and predicts on tiny models.

    python reference/trainer/make_curves.py

Models are the checkpoints of reference/transformers/make_models.py with PEFT's WaveFT adapters, in float32 without dropout:
classifiers with a head that is trained too, also over micro-batches (whose means transformers adds), a regression, and a language model whose micro-batches have different numbers of labels. 22 examples, so that
the last update of an epoch is smaller. Tolerance: 1e-4 of losses; metrics are equal.
"""

import json
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from peft import WaveFTConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    Trainer,
    TrainingArguments,
)

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "packages/transformers/test/golden"
TARGET = ROOT / "packages/trainer/test/golden/curves.json"
VERSIONS = {name: version(name) for name in ("torch", "transformers", "peft", "accelerate")}

ARGS = dict(per_device_train_batch_size=4, per_device_eval_batch_size=4, learning_rate=2e-2, max_steps=16, warmup_steps=2,
            logging_steps=1, eval_strategy="steps", eval_steps=4)
ADAPTER = dict(n_frequency=24, scaling=4.0)

RUNS = {
    "bert": dict(model="bert-tiny-cls", labels="class"),
    "bert-accumulated": dict(model="bert-tiny-cls", labels="class", args=dict(gradient_accumulation_steps=3)),
    "bert-regression": dict(model="bert-tiny-cls", labels="numbers", problem="regression",
                            args=dict(gradient_accumulation_steps=2)),
    "llama-classifier-accumulated": dict(model="llama-tiny", labels="class",
                                         args=dict(gradient_accumulation_steps=3, per_device_train_batch_size=2)),
    "llama-accumulated": dict(model="llama-tiny", labels=None,
                              args=dict(gradient_accumulation_steps=3, per_device_train_batch_size=2)),
}


def examples(count, seed, labels, types):
    generator = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        length = int(generator.integers(2, 13))
        row = dict(input_ids=generator.integers(3, 64, length).tolist())
        if types:
            row["token_type_ids"] = [int(place >= length // 2) for place in range(length)]
        if labels == "class":
            row["labels"] = int(row["input_ids"][0] % 3)
        elif labels == "numbers":
            row["labels"] = generator.normal(size=3).round(3).tolist()
        elif i % 3 == 0:  # some tokens count for nothing
            row["labels"] = [-100] * (length // 2) + row["input_ids"][length // 2:]
        else:
            row["labels"] = row["input_ids"]
        rows.append(row)
    return rows


def collate(rows):
    """Pads on the right; labels of tokens with −100."""
    longest = max(len(row["input_ids"]) for row in rows)
    pad = lambda values, filler: values + [filler] * (longest - len(values))
    batch = dict(
        input_ids=torch.tensor([pad(row["input_ids"], 0) for row in rows]),
        attention_mask=torch.tensor([pad([1] * len(row["input_ids"]), 0) for row in rows]),
    )
    if "token_type_ids" in rows[0]:
        batch["token_type_ids"] = torch.tensor([pad(row["token_type_ids"], 0) for row in rows])
    labels = [row["labels"] for row in rows]
    ragged = isinstance(labels[0], list) and len(labels[0]) == len(rows[0]["input_ids"]) and isinstance(labels[0][0], int)
    batch["labels"] = torch.tensor([pad(row, -100) for row in labels] if ragged else labels)
    return batch


def accuracy(prediction):
    return dict(accuracy=float((prediction.predictions.argmax(-1) == prediction.label_ids).mean()))


def run(name, model, labels, problem=None, args={}):
    torch.manual_seed(0)
    if labels is None:
        base = AutoModelForCausalLM.from_pretrained(MODELS / model, dtype=torch.float32)
        task = "CAUSAL_LM"
    else:
        base = AutoModelForSequenceClassification.from_pretrained(
            MODELS / model, dtype=torch.float32, num_labels=3, pad_token_id=0, problem_type=problem)
        task = "SEQ_CLS"
        if model == "llama-tiny":  # a head that both sides have
            with torch.no_grad():
                base.score.weight.copy_(torch.sin(torch.arange(base.score.weight.numel()).float()).reshape(3, -1))
    peft = get_peft_model(base, WaveFTConfig(task_type=task, **ADAPTER))
    types = model.startswith("bert")
    train, evaluation = examples(22, 1, labels, types), examples(10, 2, labels, types)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=peft, args=TrainingArguments(output_dir=folder, report_to=[], save_strategy="no", remove_unused_columns=False,
                                               **{**ARGS, **args}),
            train_dataset=train, eval_dataset=evaluation, data_collator=collate,
            compute_metrics=accuracy if labels == "class" else None)
        trainer.train()
        predicted = trainer.predict(evaluation) if labels is not None else None
    kept = ("loss", "grad_norm", "learning_rate", "eval_loss", "eval_accuracy", "train_loss", "epoch", "step")
    log = [{key: entry[key] for key in kept if key in entry} for entry in trainer.state.log_history]
    print(name, [round(entry["loss"], 4) for entry in log if "loss" in entry][:6],
          [entry.get("eval_accuracy", round(entry["eval_loss"], 4)) for entry in log if "eval_loss" in entry])
    return dict(
        model=model, problem_type=problem, args={**ARGS, **args}, adapter=ADAPTER, train=train, evaluation=evaluation, log=log,
        predictions=None if predicted is None else predicted.predictions.tolist(),
        label_ids=None if predicted is None else predicted.label_ids.tolist(),
        test_metrics=None if predicted is None else {key: value for key, value in predicted.metrics.items()
                                                     if key in ("test_loss", "test_accuracy")})


def main():
    runs = {name: run(name, **parts) for name, parts in RUNS.items()}
    TARGET.write_text(json.dumps(dict(versions=VERSIONS, generator="reference/trainer/make_curves.py", runs=runs)) + "\n")


if __name__ == "__main__":
    main()
