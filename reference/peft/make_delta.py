"""ΔW and its gradients from PEFT's WaveFT layer, for shapes and wavelets that matter (odd, tall, wide, tiny, long filters), and for
each wavelet that PEFT has right on shapes drawn from a seed: wide, tall and odd in both directions.

    python reference/peft/make_delta.py        → packages/peft/test/golden/delta.safetensors, delta.json

Per case i: `i.coefficients` [n], `i.delta` [out, in], `i.x` [T, in], `i.dy` [T, out], `i.y` = x·ΔWᵀ [T, out],
`i.gradient` [n] = ∂⟨dy, y⟩/∂coefficients, `i.rows`, `i.columns` [n] (int32, the seeded locations), all float32.
delta.json names shape, wavelet, seed, scaling. Tolerance: 1e-6 relative (max|a−b|/max|b|) for ΔW, 1e-5 for the rest; float32 sums
in another order.
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

import torch
from peft import WaveFTConfig
from peft.tuners.waveft.layer import WaveFTLinear
from safetensors.torch import save_file
from torch import nn

OUT = Path(__file__).resolve().parents[2] / "packages/peft/test/golden"
VERSIONS = {name: version(name) for name in ("torch", "peft")}
VERSION_LINE = ", ".join(f"{name} {number}" for name, number in VERSIONS.items())

# out, in, n, wavelet, use_idwt, seed, scaling
CASES = [
    (16, 16, 20, "db1", True, 777, 25.0),
    (15, 17, 40, "db1", True, 777, 25.0),
    (33, 7, 60, "db2", True, 1, 10.0),
    (7, 41, 50, "db2", True, 777, 25.0),
    (24, 40, 64, "db7", True, 12345, 3.5),
    (19, 23, 437, "db7", True, 777, 1.0),
    (32, 20, 30, "sym5", True, 777, 25.0),
    (21, 30, 64, "sym5", True, 2**32 + 5, 25.0),
    (28, 28, 64, "coif2", True, 777, 25.0),
    (5, 64, 33, "coif2", True, 99, 0.25),
    (1, 9, 9, "db4", True, 777, 25.0),
    (48, 3, 48, "db10", True, 777, 25.0),
    (30, 31, 100, "sym10", True, 777, 25.0),
    (18, 18, 64, "coif3", True, 777, 25.0),
    (26, 18, 64, "db3", True, 777, 25.0),
    (18, 27, 50, "db1", False, 777, 25.0),
    (12, 12, 144, "db1", False, 3, 2.0),
]
# The others raise in PEFT, or are wrong.
WAVELETS = [*(f"db{i}" for i in range(1, 11)), *(f"sym{i}" for i in range(2, 11)), "coif1", "coif2", "coif3"]


def drawn_cases():
    rng = random.Random(22)
    odd = lambda low, high: rng.randrange(low, high, 2)
    for wavelet in WAVELETS:
        for out, width in ((rng.randint(1, 6), rng.randint(12, 30)), (rng.randint(12, 30), rng.randint(1, 6)), (odd(7, 22), odd(7, 22))):
            n = rng.choice([1, rng.randint(1, out * width), out * width])
            yield out, width, n, wavelet, True, rng.choice([777, rng.randrange(2**40)]), rng.choice([25.0, round(rng.uniform(0.1, 40), 2)])


def main():
    generator = torch.Generator().manual_seed(0)
    tensors, rows = {}, []
    for index, (out, width, n, wavelet, use_idwt, seed, scaling) in enumerate([*CASES, *drawn_cases()]):
        config = WaveFTConfig(n_frequency=n, scaling=scaling, wavelet_family=wavelet, use_idwt=use_idwt, random_loc_seed=seed)
        base = nn.Linear(width, out, bias=False)
        base.weight.data.zero_()
        layer = WaveFTLinear(base, "default", config, n_frequency=n)
        coefficients = layer.waveft_spectrum["default"]
        coefficients.data = torch.randn(n, generator=generator) * 0.1
        coefficients.requires_grad_(True)
        x, dy = torch.randn(6, width, generator=generator), torch.randn(6, out, generator=generator)
        y = layer(x)
        (gradient,) = torch.autograd.grad((y * dy).sum(), coefficients)
        indices = layer.waveft_indices["default"].to(torch.int32)
        for name, value in {
            "coefficients": coefficients.detach(), "delta": layer.get_delta_weight("default").detach(), "x": x, "dy": dy,
            "y": y.detach(), "gradient": gradient, "rows": indices[0], "columns": indices[1],
        }.items():
            tensors[f"{index}.{name}"] = value.contiguous()
        rows.append({"out": out, "in": width, "n_frequency": n, "wavelet_family": wavelet, "use_idwt": use_idwt,
                     "random_loc_seed": seed, "scaling": scaling})
    OUT.mkdir(parents=True, exist_ok=True)
    save_file(tensors, OUT / "delta.safetensors", metadata={"versions": VERSION_LINE})
    (OUT / "delta.safetensors").chmod(0o644)
    (OUT / "delta.json").write_text(json.dumps({"versions": VERSIONS, "tolerance": 1e-5, "delta_tolerance": 1e-6, "cases": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
