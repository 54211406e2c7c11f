"""What PEFT's calls do to a model: which adapters act, what trains, what comes out, what is refused.

    python reference/peft/make_states.py        → packages/peft/test/golden/api/state-machine.json, layer-status.json

state-machine.json: `sequences` of calls on new models (`base`), first those of `setup`, of which nothing more is told, then
`steps`, each with its arguments (`call`, and `adapter`, `config`, …) and what followed. `fault`, where it is not null, says
what PEFT does in it that is no example:
  raised      the exception's class, or null; the other fields tell of the model after it
  warnings    the number of warnings
  active      the model's active adapters; `present`: all, in their order
  layers, merged, enabled     what get_model_status says of the layers; "irregular" where they differ
  trainable   names of the parameters that require a gradient, sorted, without `base_model.model.`
  training    the train mode of the wrapper
  logits      `sum`, `norm` (root of the sum of squares) and `entries` at the flat places `places`, for `inputs`; null where
              the forward pass fails. Measured after every step, which in PEFT unmerges what is merged while adapters are off
Folders that `load` and `fromPretrained` read hold what `save` wrote in the same sequence. `fill` sets the parameters of an
adapter: sorted by name in the adapter file, the k-th becomes value[i] = 0.05·sin(i + 1.7·k + phase), flat, NaN where
`phase` is null. `inside` steps happen within `with model.disable_adapter():`.
layer-status.json: get_layer_status and get_model_status in a few states. Everything is exact but the logits: 1e-5 of `norm`.
"""

import copy
import dataclasses
import json
import math
import tempfile
import warnings
from pathlib import Path

import torch
from common import GOLDEN, MODELS, VERSIONS, file_key, is_classifier, load_base, write_json
from peft import LoraConfig, PeftModel, WaveFTConfig, get_peft_model
from state_cases import SEQUENCES

CONFIGS = {"WAVEFT": WaveFTConfig, "LORA": LoraConfig}
BASES = sorted({sequence["base"] for sequence in SEQUENCES.values()})


def config_of(fields, base):
    fields = {"peft_type": "WAVEFT", "task_type": "SEQ_CLS" if base.endswith("cls") else "CAUSAL_LM", **copy.deepcopy(fields)}
    return CONFIGS[fields.pop("peft_type")](**fields)


def ids_for(config):
    return torch.arange(6).mul(7).add(5).remainder(config.vocab_size).reshape(1, 6)


@torch.no_grad()
def fill(model, adapter, phase):
    mine = [(file_key(name, adapter), parameter) for name, parameter in model.named_parameters()
            if f".{adapter}." in name or name.endswith(f".{adapter}")]
    for k, (_, parameter) in enumerate(sorted(mine, key=lambda entry: entry[0])):
        places = torch.arange(parameter.numel(), dtype=torch.float64)
        values = torch.full_like(places, math.nan) if phase is None else 0.05 * torch.sin(places + 1.7 * k + phase)
        parameter.copy_(values.reshape(parameter.shape))


class Session:
    """One sequence: `model` is a PeftModel, or the bare model before and after it is one."""

    def __init__(self, base, folder):
        self.base, self.folder = base, folder
        self.model = load_base(MODELS / base)

    def do(self, call, **given):
        self.model = getattr(self, call)(**given) or self.model

    def getPeftModel(self, config, adapter="default"):
        return get_peft_model(self.model, config_of(config, self.base), adapter_name=adapter)

    def fromPretrained(self, adapter="default", options={}):
        return PeftModel.from_pretrained(load_base(MODELS / self.base), self.folder, adapter_name=adapter, **options)

    def fill(self, adapter, phase):
        fill(self.model, adapter, phase)

    def addAdapter(self, adapter, config):
        self.model.add_adapter(adapter, config_of(config, self.base))

    def setAdapter(self, adapter, options={}):
        self.model.set_adapter(adapter, **options)

    def setAdapters(self, adapters):
        self.model.base_model.set_adapter(adapters)

    def setRequiresGrad(self, adapters, value):
        self.model.set_requires_grad(adapters, value)

    def deleteAdapter(self, adapter):
        self.model.delete_adapter(adapter)

    def mergeAdapter(self, options={}):
        self.model.merge_adapter(**options)

    def unmergeAdapter(self):
        self.model.unmerge_adapter()

    def mergeAndUnload(self, options={}):
        return self.model.merge_and_unload(**options)

    def unload(self):
        return self.model.unload()

    def train(self):
        self.model.train()

    def save(self, adapters=None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.model.save_pretrained(self.folder, selected_adapters=adapters)

    def load(self, adapter, of="default", options={}):
        folder = self.folder if of == "default" else self.folder / of
        self.model.load_adapter(folder, adapter, **options)

    def forward(self):
        self.model(input_ids=ids_for(self.model.config))


def told(value):
    return value if isinstance(value, str) else list(value)


@torch.no_grad()
def logits_of(model):
    try:
        logits = model(input_ids=ids_for(model.config)).logits.double().flatten()
    except Exception:
        return None
    if not torch.isfinite(logits).all():
        return None
    places = places_for(model.config)
    return {"sum": float(logits.sum()), "norm": float(logits.norm()), "entries": [round(float(logits[i]), 7) for i in places]}


def places_for(config):
    size = config.num_labels if is_classifier(config) else 6 * config.vocab_size
    return sorted({i * (size - 1) // 5 for i in range(6)})


def status_of(model):
    """Null where there are no adapters any more, or where PEFT can no longer tell."""
    empty = {"active": None, "layers": None, "merged": None, "enabled": None, "present": None}
    if not isinstance(model, PeftModel):
        return empty
    try:
        status = model.get_model_status()
    except Exception:
        return empty
    return {"active": told(model.active_adapters), "layers": told(status.active_adapters), "merged": told(status.merged_adapters),
            "enabled": status.enabled, "present": list(model.peft_config)}


def state(session):
    model, training = session.model, session.model.training
    value = status_of(model)
    names = [name.removeprefix("base_model.model.") for name, parameter in model.named_parameters() if parameter.requires_grad]
    value.update(trainable=sorted(names), training=training, logits=logits_of(model.eval()))
    model.train(training)
    return value


def play(name, sequence):
    base = sequence["base"]
    steps = []
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        session = Session(base, Path(folder))
        disabled = None
        for step in sequence["setup"]:
            session.do(**step)
        for step in sequence["steps"]:
            given = dict(step)
            inside = given.pop("inside", False)
            raised = None
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    if inside and disabled is None:
                        disabled = session.model.disable_adapter()
                        disabled.__enter__()
                    if not inside and disabled is not None:
                        disabled.__exit__(None, None, None)
                        disabled = None
                    session.do(given.pop("call"), **given)
                except Exception as error:
                    raised = type(error).__name__
                count = len(caught)
                after = state(session)
            steps.append({**step, "raised": raised, "warnings": count, **after})
    print(f"{name}: {[step['raised'] for step in steps]}")
    return {"name": name, "base": base, "fault": sequence["fault"], "setup": sequence["setup"], "steps": steps}


def layer_status():
    def tell(model):
        return {"layers": [dataclasses.asdict(layer) for layer in model.get_layer_status()],
                "model": dataclasses.asdict(model.get_model_status())}

    second = dict(n_frequency=6, target_modules=["v_proj", "fc1"], wavelet_family="db2")
    states, session = {}, Session("opt-pre", None)
    session.do("getPeftModel", config=dict(n_frequency=10))
    states["one"] = tell(session.model)
    session.do("addAdapter", adapter="second", config=second)
    session.do("setAdapters", adapters=["default", "second"])
    states["both active"] = tell(session.model)
    session.do("setAdapter", adapter="second")
    session.do("mergeAdapter")
    states["second merged"] = tell(session.model)
    session = Session("bert-tiny-cls", None)
    session.do("getPeftModel", config=dict(n_frequency=10))
    with session.model.disable_adapter():
        states["a classifier, off"] = tell(session.model)
    session = Session("gpt2-tiny", None)
    session.do("getPeftModel", config=dict(peft_type="LORA", r=2))
    states["lora"] = tell(session.model)
    return {"versions": VERSIONS, "second": second, "states": states}


def write_sequences(path, head, sequences):
    """One step a line."""
    line = lambda value: json.dumps(value, ensure_ascii=False)
    steps = lambda values: ",\n  ".join(line(value) for value in values)
    blocks = [f' {{"name": {line(s["name"])}, "base": {line(s["base"])}, "fault": {line(s["fault"])}, "setup": {line(s["setup"])}, "steps": [\n  {steps(s["steps"])}\n ]}}'
              for s in sequences]
    path.parent.mkdir(exist_ok=True)
    path.write_text(line(head)[:-1] + ', "sequences": [\n' + ",\n".join(blocks) + "\n]}\n", encoding="utf-8")


def main():
    configs = {base: load_base(MODELS / base).config for base in BASES}
    write_sequences(GOLDEN / "api/state-machine.json", {
        "versions": VERSIONS, "generator": "reference/peft/make_states.py", "tolerance": 1e-5,
        "inputs": {base: ids_for(config).tolist() for base, config in configs.items()},
        "places": {base: places_for(config) for base, config in configs.items()},
    }, [play(name, sequence) for name, sequence in SEQUENCES.items()])
    write_json(GOLDEN / "api/layer-status.json", layer_status())


if __name__ == "__main__":
    main()
