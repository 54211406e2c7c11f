"""PEFT's and torch's side of `pnpm bench peft`: one JSON request a line on stdin, one JSON answer a line on stdout.

Every answer has `seconds` of what is timed, `rss` and `peak` in bytes, or is {"error": …}; the peer lives on after an error.
{"op": "build", "blocks": 24, "threads": 2, "seed": 0, "dtype": "float32", "config": {…}}
    a new model shaped like opt-350m (post-norm, embeddings of 512 projected to 1024), random weights, no dropout; `config`
    overrides fields of OPTConfig. Answers `parameters`.
{"op": "adapt", "targets": ["q_proj", "v_proj"] or "all-linear" or null, "n": 2592, "wavelet": "db1", "scaling": 25,
 "name": "default", "fresh": true, "fields": {…}}
    creates a WaveFT adapter (`seconds`), untimed then sets it to small random numbers; `fresh` first unloads all others,
    otherwise it is added beside them. Answers `layers`, `trainable`.
{"op": "step", "adapter": "default", "batch": 4, "length": 256, "count": 1}
    forward and backward over the loss of all tokens, ids (i·7919 + 104729) mod vocabulary, `count` times; `adapter` null
    is the frozen base: nothing is adapted, and the backward pass goes down to the embeddings' output. Answers `times`,
    `seconds` (their median), `loss`, `norm` of the adapter's gradients (of the embeddings' output where there is none).
{"op": "unload"}    takes the adapters off
{"op": "save", "folder": "…"}    the base into folder/base, the adapters into folder/adapter, to compare losses with the same weights
{"op": "memory", "reset": true}  `rss` and `peak`; `reset` starts `peak` anew where the system can
{"op": "threads", "threads": 2}
"""
import gc
import json
import os
import resource
import sys
import time
from importlib.metadata import version
from statistics import median


def answer(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


os.environ.setdefault("HF_HUB_OFFLINE", "1")
try:
    import torch
    import transformers
    from peft import PeftModel, WaveFTConfig, get_peft_model
    from transformers import OPTConfig, OPTForCausalLM
except ImportError as error:
    answer({"error": str(error)})
    sys.exit(0)

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
OPT_350M = dict(
    vocab_size=50272, hidden_size=1024, ffn_dim=4096, num_attention_heads=16, word_embed_proj_dim=512, max_position_embeddings=2048,
    do_layer_norm_before=False, dropout=0.0, attention_dropout=0.0,
)


def memory():
    """Resident bytes now and at most; the latter since the last reset where /proc tells it."""
    try:
        with open("/proc/self/statm") as file:
            rss = int(file.read().split()[1]) * resource.getpagesize()
        with open("/proc/self/status") as file:
            peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        scale = 1 if sys.platform == "darwin" else 1024
        rss, peak = None, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    return {"rss": rss, "peak": peak}


class Peer:
    def __init__(self):
        self.model = None

    def build(self, blocks=24, threads=None, seed=0, dtype="float32", config={}):
        self.threads(threads)
        self.model = None
        gc.collect()
        torch.manual_seed(seed)
        start = time.perf_counter()
        fields = {**OPT_350M, "num_hidden_layers": blocks, **config}
        self.model = OPTForCausalLM(OPTConfig(**fields)).to(getattr(torch, dtype)).train().requires_grad_(False)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "parameters": sum(parameter.numel() for parameter in self.model.parameters())}

    def threads(self, threads=None):
        if threads is not None:
            torch.set_num_threads(threads)
        return {"threads": torch.get_num_threads()}

    def unload(self):
        if isinstance(self.model, PeftModel):
            self.model = self.model.unload().train().requires_grad_(False)
            gc.collect()
        return {}

    def adapt(self, targets=None, n=2592, wavelet="db1", scaling=25, name="default", fresh=True, fields={}):
        if fresh:
            self.unload()
        config = WaveFTConfig(
            task_type="CAUSAL_LM", target_modules=targets, n_frequency=n, wavelet_family=wavelet, scaling=scaling, **fields)
        start = time.perf_counter()
        if isinstance(self.model, PeftModel):
            self.model.add_adapter(name, config)
        else:
            self.model = get_peft_model(self.model, config, adapter_name=name)
        seconds = time.perf_counter() - start
        mine = [parameter for key, parameter in self.model.named_parameters() if key.endswith(f".waveft_spectrum.{name}")]
        for parameter in mine:
            torch.nn.init.normal_(parameter, std=0.01)
        return {"seconds": seconds, "layers": len(mine), "trainable": sum(parameter.numel() for parameter in mine)}

    def step(self, adapter="default", batch=4, length=256, count=1):
        adapted = isinstance(self.model, PeftModel)
        if adapter is not None:
            if not adapted or adapter not in self.model.peft_config:
                raise ValueError(f"no adapter {adapter}; adapt first, or give null for the frozen base")
            self.model.set_adapter(adapter)
            return self.timed(batch, length, count)
        if not adapted:
            return self.timed(batch, length, count, frozen=True)
        with self.model.disable_adapter():
            return self.timed(batch, length, count, frozen=True)

    def timed(self, batch, length, count, frozen=False):
        """Gradients are cleared between the steps, outside of the clock."""
        ids = torch.arange(batch * length).mul(7919).add(104729).remainder(self.model.config.vocab_size).reshape(batch, length)
        lowest = []

        def require(module, inputs, output):
            lowest.append(output.requires_grad_(True))
            output.retain_grad()

        hook = self.model.get_input_embeddings().register_forward_hook(require) if frozen else None
        times = []
        try:
            for _ in range(count):
                lowest.clear()
                self.model.zero_grad(set_to_none=True)
                start = time.perf_counter()
                loss = self.model(input_ids=ids, labels=ids, use_cache=False).loss
                loss.backward()
                times.append(time.perf_counter() - start)
        finally:
            if hook is not None:
                hook.remove()
        reached = lowest if frozen else [parameter for parameter in self.model.parameters() if parameter.grad is not None]
        norm = sum(float(tensor.grad.double().square().sum()) for tensor in reached) ** 0.5
        self.model.zero_grad(set_to_none=True)
        return {"seconds": median(times), "times": times, "loss": loss.item(), "norm": norm}

    def save(self, folder):
        """Under an adapter the base has other names, so it comes off and is read back."""
        start = time.perf_counter()
        names = list(self.model.peft_config) if isinstance(self.model, PeftModel) else []
        if len(names) > 1:
            raise ValueError(f"one adapter at most can be saved along, there are {', '.join(names)}")
        adapter = os.path.join(folder, "adapter")
        if names:
            self.model.save_pretrained(adapter)
            self.unload()
        self.model.save_pretrained(os.path.join(folder, "base"))
        for name in names:
            path = adapter if name == "default" else os.path.join(adapter, name)
            self.model = PeftModel.from_pretrained(self.model, path, adapter_name=name, is_trainable=True).train()
        return {"seconds": time.perf_counter() - start}

    def memory(self, reset=False):
        if reset:
            gc.collect()
            try:
                with open("/proc/self/clear_refs", "w") as file:
                    file.write("5")
            except OSError:
                return {"reset": False}
        return {"reset": reset}


versions = {"Python": sys.version.split()[0], **{name: version(name) for name in ("torch", "transformers", "peft")}}
answer({"versions": versions})
peer = Peer()
for line in sys.stdin:
    try:
        request = json.loads(line)
        op = request.pop("op")
        if op not in ("build", "adapt", "step", "unload", "save", "memory", "threads"):
            raise ValueError(f'no op "{op}"; there are build, adapt, step, unload, save, memory, threads')
        if peer.model is None and op in ("adapt", "step", "save"):
            raise ValueError(f"{op} needs a model: build first")
        answer({**getattr(peer, op)(**request), **memory()})
    except Exception as error:  # told to the caller, who decides
        answer({"error": f"{type(error).__name__}: {error}"})
