"""Golden file of packages/safetensors: one tensor of every dtype, as Python's writer places them.

Versions: safetensors 0.8.0, torch 2.13.0. Values are ramps, so no seed. Tolerance: byte for byte.
Run: python make_safetensors_golden.py
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

out = Path(__file__).resolve().parents[2] / "packages/safetensors/test/golden"
out.mkdir(parents=True, exist_ok=True)

dtypes = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
    "BOOL": torch.bool, "U16": torch.uint16, "U32": torch.uint32, "U64": torch.uint64,
}  # fmt: skip
ramp = torch.tensor([[0, 1, 2], [3, 5, 100]])
tensors = {f"layer.{name}.weight": ramp.to(dtype) for name, dtype in dtypes.items()}
tensors |= {"é": torch.ones(2), "10": torch.zeros(()), "9": torch.zeros(0, 3), "𝒳": torch.ones(1), "\uffee": torch.ones(1)}
save_file(tensors, out / "all-dtypes.safetensors", metadata={"format": "pt"})
save_file({"b": torch.ones(1), "a": torch.ones(1)}, out / "no-metadata.safetensors")

# float32 bit patterns around every rounding decision, with torch's float16 and bfloat16 of them.
exponents = torch.arange(256, dtype=torch.int64)
mantissas = torch.tensor([0, 1, 0xFFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x7FFF, 0x8000, 0x8001, 0x17FFF, 0x18000, 0x400000, 0x7FFFFF])
bits = (exponents[:, None] * (1 << 23) + mantissas[None]).flatten()
bits = bits[bits <= 0x7F800000].to(torch.int32)
values = bits.view(torch.float32)
golden = {
    "generator": "reference/checkpoints/make_safetensors_golden.py, torch 2.13.0, tolerance 0",
    "float32": bits.tolist(),
    "float16": values.half().view(torch.uint16).tolist(),
    "bfloat16": values.bfloat16().view(torch.uint16).tolist(),
}
(out / "rounding.json").write_text(json.dumps(golden, separators=(",", ":")))
