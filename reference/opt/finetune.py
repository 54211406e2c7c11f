"""The reference script's training loop (PEFT's WaveFT example), on PEFT, datasets and transformers' own Trainer.

Written anew from its behaviour; the flags carry the script's names. Added to them, as in our command:
`shuffle` (False: no shuffling anywhere), `max_steps`, `warmup_steps`, `logging_steps`, `random_loc_seed`,
`eval_data_path` (evaluate on this file, train on all of `data_path`; `val_set_size` is then not used).
`upcast=True` loads the weights in `dtype` and then computes in float32: the weights rounded once, nothing else.
"""

import copy
import os
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import datasets
import peft
import torch
import transformers

DEFAULTS = dict(
    batch_size=16, num_epochs=1, learning_rate=3e-4, cutoff_len=256, val_set_size=16, eval_step=100, save_step=100,
    waveft_n_frequency=2592, waveft_target_modules=None, waveft_scaling=25.0, waveft_wavelet_family="db1",
    waveft_use_idwt=True, dtype="float16", seed=None,
    shuffle=True, max_steps=-1, warmup_steps=100, logging_steps=100, random_loc_seed=777, eval_data_path=None,
)

INDENT = " " * 12


def prompt_of(record):
    lines = ["### Instruction:", record["instruction"], "### Response:", record["output"]]
    head = "Below is an instruction that describes a task. Write a response that appropriately completes the request."
    return "\n".join([head, *(INDENT + line for line in lines)])


def read_records(path):
    builder = {".json": "json", ".jsonl": "json", ".csv": "csv", ".parquet": "parquet"}[Path(path).suffix]
    with tempfile.TemporaryDirectory() as cache:
        data = datasets.load_dataset(builder, data_files=str(path), split="train", cache_dir=cache, keep_in_memory=True)
    return data.add_column("row", list(range(len(data))))


def tokenize_records(data, tokenizer, cutoff_len):
    def encode(record):
        ids = tokenizer(prompt_of(record), truncation=True, max_length=cutoff_len, padding=False)["input_ids"]
        if len(ids) < cutoff_len and ids[-1] != tokenizer.eos_token_id:
            ids = [*ids, tokenizer.eos_token_id]
        return {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": list(ids)}

    return data.map(encode, keep_in_memory=True, load_from_cache_file=False)


class CountingTrainer(transformers.Trainer):
    """Keeps the number of real tokens (attention mask) and of labels (after the shift) of every training batch."""

    def training_step(self, model, inputs, *args, **kwargs):
        labels = inputs["labels"][:, 1:]
        if "attention_mask" in inputs:
            self.counts.append((int(inputs["attention_mask"].sum()), int((labels != -100).sum())))
        return super().training_step(model, inputs, *args, **kwargs)


def target_modules(value):
    """Our command's rule: `a,b` is a list of name suffixes; the script itself would match it as one regex."""
    if value is None or value == "all-linear" or not all(part.isidentifier() for part in value.split(",")):
        return value
    return value.split(",")


def finetune(base_model, data_path, output_dir, upcast=False, model_name=None, **flags):
    """Run the loop. Returns (record, model): `record` is JSON-ready, `model` the PeftModel with the best adapter."""
    unknown = set(flags) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"unknown flags {sorted(unknown)}")
    f = {**DEFAULTS, **flags}
    torch.set_num_threads(1)
    if f["seed"] is not None:
        transformers.set_seed(f["seed"])
    model = transformers.AutoModelForCausalLM.from_pretrained(
        base_model, dtype=getattr(torch, f["dtype"]), device_map="cpu"
    )
    if upcast:
        model = model.float()
    name = model_name or Path(base_model).name
    model.name_or_path = name
    model.config._name_or_path = name
    tokenizer = transformers.AutoTokenizer.from_pretrained(base_model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token

    model = peft.get_peft_model(model, peft.WaveFTConfig(
        n_frequency=f["waveft_n_frequency"], scaling=f["waveft_scaling"], wavelet_family=f["waveft_wavelet_family"],
        use_idwt=f["waveft_use_idwt"], target_modules=target_modules(f["waveft_target_modules"]),
        random_loc_seed=f["random_loc_seed"], task_type="CAUSAL_LM",
    ))

    data = read_records(data_path)
    if f["eval_data_path"] is not None:
        train, held_out = data, read_records(f["eval_data_path"])
    elif f["shuffle"]:
        parts = data.train_test_split(test_size=f["val_set_size"], shuffle=True, seed=42)
        train, held_out = parts["train"], parts["test"]
    else:
        parts = data.train_test_split(test_size=f["val_set_size"], shuffle=False)
        train, held_out = parts["train"], parts["test"]
    if f["shuffle"]:
        train = train.shuffle()
    train = tokenize_records(train, tokenizer, f["cutoff_len"])
    if f["shuffle"]:
        held_out = held_out.shuffle()
    held_out = tokenize_records(held_out, tokenizer, f["cutoff_len"])

    trainer = CountingTrainer(
        model=model,
        train_dataset=train,
        eval_dataset=held_out,
        args=transformers.TrainingArguments(
            per_device_train_batch_size=f["batch_size"], warmup_steps=f["warmup_steps"],
            num_train_epochs=f["num_epochs"], max_steps=f["max_steps"], learning_rate=f["learning_rate"],
            logging_steps=f["logging_steps"], optim="adamw_torch", eval_strategy="steps", save_strategy="steps",
            eval_steps=f["eval_step"], save_steps=f["save_step"], output_dir=str(output_dir), save_total_limit=3,
            load_best_model_at_end=True, use_cpu=True, report_to="none", disable_tqdm=True,
            train_sampling_strategy="random" if f["shuffle"] else "sequential",
        ),
        data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=8, return_tensors="pt", padding=True),
    )
    trainer.counts = []
    first = first_gradient(model, train, trainer.data_collator, f["batch_size"]) if not f["shuffle"] else None
    trainer.train()
    history = trainer.state.log_history
    steps = [entry for entry in history if "loss" in entry]
    evaluations = [entry for entry in history if "eval_loss" in entry]
    final = trainer.evaluate()["eval_loss"]
    record = {
        "flags": f,
        "train_rows": list(train["row"]),
        "eval_rows": list(held_out["row"]),
        "steps": [entry["step"] for entry in steps],
        "loss": [entry["loss"] for entry in steps],
        "grad_norm": [entry["grad_norm"] for entry in steps],
        "learning_rate": [entry["learning_rate"] for entry in steps],
        "epoch": [entry["epoch"] for entry in steps],
        "num_tokens": [tokens for tokens, _ in trainer.counts],
        "num_labels": [labels for _, labels in trainer.counts],
        "eval": [{"step": entry["step"], "epoch": entry["epoch"], "eval_loss": entry["eval_loss"]} for entry in evaluations],
        "global_step": trainer.state.global_step,
        "best_global_step": trainer.state.best_global_step,
        "best_metric": trainer.state.best_metric,
        "final_eval_loss": final,
        "train_loss": next(entry["train_loss"] for entry in history if "train_loss" in entry),
        "trainable_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
    }
    model.eval()
    return record, model, first


def first_gradient(model, train, collator, batch_size):
    """Loss and coefficient gradients (before clipping) of the first batch at zero coefficients."""
    columns = ("input_ids", "attention_mask", "labels")
    batch = collator([{name: train[i][name] for name in columns} for i in range(min(batch_size, len(train)))])
    probe = copy.deepcopy(model).train()
    loss = probe(**batch).loss
    loss.backward()
    gradients = {
        name.replace(".default", ""): parameter.grad.float()
        for name, parameter in probe.named_parameters()
        if parameter.requires_grad
    }
    return {"batch": dict(batch), "loss": loss.detach().float(), "gradients": gradients}
