"""Golden checkpoints of packages/transformers: torch's zip format in its corners, and files that must be refused.

Versions: torch 2.13.0, safetensors 0.8.0. Seed 0. Tolerance: byte for byte.
Run: python make_checkpoint_golden.py
"""

import builtins
import json
import os
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

out = Path(__file__).resolve().parents[2] / "packages/transformers/test/golden/checkpoints"
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(0)

base = torch.randn(4, 6)
attributed, attributed_parameter = torch.randn(2), torch.nn.Parameter(torch.randn(2))
attributed.tag = attributed_parameter.tag = "a Python attribute"
embed = torch.randn(5, 3)
state = OrderedDict(
    {
        "embed.weight": embed,
        "head.weight": embed,  # tied: one storage, two names
        "parameter": torch.nn.Parameter(torch.randn(2, 2)),
        "transposed": base.t(),
        "rows": base[1:3],
        "columns": base[:, 1:5:2],
        "expanded": torch.randn(1, 3).expand(4, 3),
        "three": torch.randn(2, 3, 4).permute(2, 0, 1),
        "half": torch.randn(3, 2).half(),
        "half.transposed": torch.randn(3, 2).half().t(),
        "bfloat": torch.randn(3, 2).bfloat16(),
        "double": torch.randn(2).double(),
        "long": torch.tensor([[1, -2], [3, 2**40]]),
        "long.transposed": torch.tensor([[1, -2], [3, 2**40]]).t(),
        "int": torch.tensor([1, -2], dtype=torch.int32),
        "short": torch.tensor([1, -2], dtype=torch.int16),
        "char": torch.tensor([1, -2], dtype=torch.int8),
        "byte": torch.tensor([1, 200], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "uint16": torch.tensor([1, 65535], dtype=torch.uint16),
        "attributed": attributed,
        "attributed.parameter": attributed_parameter,
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "__proto__": torch.ones(1),
    }
)
state._metadata = OrderedDict({"": {"version": 1}})
names = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL", torch.uint16: "U16",
}  # fmt: skip


def expected(tensor):
    data = tensor.detach().contiguous().view(-1)
    raw = data.view(torch.uint8).numpy().tobytes() if data.numel() else b""
    return {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "hex": raw.hex()}


torch.save(state, out / "corners.bin")
torch.save(state, out / "protocol4.bin", pickle_protocol=4)
torch.save({"state_dict": {"w": torch.ones(2)}, "epoch": 3, "note": "é", "rate": 0.5, "big": 2**70}, out / "nested.bin")
# torch's old format has no storage for uint16.
old = OrderedDict((name, tensor) for name, tensor in state.items() if tensor.dtype != torch.uint16)
torch.save(old, out / "legacy.bin", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(2, 2), out / "module.bin")
torch.save([1, 2], out / "list.bin")
torch.save({"w": torch.eye(2).to_sparse()}, out / "sparse.bin")

shards = [
    {"a": torch.randn(2, 3), "b": torch.randn(2)},
    {"c": torch.randn(3).bfloat16()},
]
for extension, suffix, save in (
    ("bin", "pytorch_model", torch.save),
    ("safetensors", "model", lambda t, p: save_file(t, p, metadata={"format": "pt"})),
):
    folder = out / f"sharded-{extension}"
    folder.mkdir(exist_ok=True)
    weight_map = {}
    for i, shard in enumerate(shards, 1):
        name = f"{suffix}-{i:05d}-of-00002.{extension}"
        save(shard, folder / name)
        os.chmod(folder / name, 0o644)
        weight_map |= dict.fromkeys(shard, name)
    index = {"metadata": {"total_size": 38}, "weight_map": weight_map}
    (folder / f"{suffix}{'.safetensors' if extension == 'safetensors' else '.bin'}.index.json").write_text(json.dumps(index))


class Evil:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


torch.save({"w": torch.ones(1), "x": Evil(os.system, "touch pwned")}, out / "evil-system.bin")
torch.save({"x": Evil(builtins.eval, "1+1")}, out / "evil-eval.bin")
torch.save({"x": Evil(getattr, "text", "upper")}, out / "evil-getattr.bin")
torch.save({"x": Evil(torch.load, "other.bin")}, out / "evil-load.bin")

golden = {
    "generator": "reference/checkpoints/make_checkpoint_golden.py, torch 2.13.0, tolerance 0",
    "corners": {k: expected(v) for k, v in state.items()},
    "sharded": {k: expected(v) for shard in shards for k, v in shard.items()},
}
(out / "expected.json").write_text(json.dumps(golden, indent=1))
