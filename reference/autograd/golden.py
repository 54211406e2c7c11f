"""Golden cases of autograd functions from torch: values, gradients and second derivatives.

A case is a name, inputs, and a torch function, which is computed in float64. Inputs are rounded to three decimals so
that the files stay small and readable; cotangents are random. Second derivatives are the change of torch's gradient
along a random direction v over all float inputs, d/dε ∇f(x + εv), by central differences in float64: they are good to
about 1e-6 of the largest, and no engine of ours has a part in them.
"""

import json
import math
import zlib

import torch

dtypes = {torch.float32: "float32", torch.int32: "int32", torch.bool: "bool"}


def number(x):
    """JSON knows no NaN and no infinities."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return float(f"{x:.8g}")


def numbers(tensor):
    if tensor.dtype == torch.float32:
        return [number(x) for x in tensor.detach().double().flatten().tolist()]
    return [int(x) for x in tensor.flatten().tolist()]


def describe(tensor):
    return {"shape": list(tensor.shape), "dtype": dtypes[tensor.dtype], "data": numbers(tensor)}


class Goldens:
    def __init__(self, seed):
        self.seed = seed
        self.generator = torch.Generator().manual_seed(seed)
        self.cases = {}

    def normal(self, *shape):
        return (torch.randn(shape, generator=self.generator) * 1000).round() / 1000

    def positive(self, *shape):
        return self.normal(*shape).abs() + 0.25

    def integers(self, high, *shape, low=0):
        return torch.randint(low, high, shape, generator=self.generator, dtype=torch.int32)

    def booleans(self, *shape):
        return torch.rand(shape, generator=self.generator) < 0.5

    def case(self, name, function, *inputs, gradients=True, second=True, tolerance=None):
        """Adds a case.

        `gradients`: whether to store them, where the value is a float.
        `second`: true, or the reason why there are no second derivatives (a kink, say), in a few words.
        `tolerance`: {"value" | "gradients" | "second": larger than 1e-5, "because": why}.
        """
        assert name not in self.cases, name
        wide = [x.double().requires_grad_(gradients) if x.dtype == torch.float32 else x for x in inputs]
        y = function(*wide)
        record = {"inputs": [describe(x) for x in inputs]}
        if y.dtype == torch.float64:
            record["output"] = describe(y.detach().float())
        else:
            record["output"] = describe(y.to(torch.int32) if y.dtype == torch.int64 else y)
        if gradients and y.requires_grad:
            cotangent = self.normal(*y.shape)
            y.backward(cotangent.double())
            record["cotangent"] = numbers(cotangent)
            record["gradients"] = [None if x.grad is None else numbers(x.grad.float()) for x in wide]
            if second is True:
                self._second(name, record, function, wide, cotangent.double())
            else:
                record["no second"] = second
        if tolerance is not None:
            assert tolerance["because"], name
            record["tolerance"] = tolerance
        self.cases[name] = record

    def _second(self, name, record, function, wide, cotangent):
        wanted = [i for i, x in enumerate(wide) if x.grad is not None]
        draw = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        direction = {i: (torch.randn(wide[i].shape, generator=draw) * 100).round().double() / 100 for i in wanted}
        for i in wanted:
            # Masks of −1e9 stay: a step beside them would be lost in rounding.
            direction[i][wide[i].detach().abs() > 1000] = 0

        def gradients(step):
            moved = [
                (x.detach() + step * direction[i]).requires_grad_() if i in direction else x
                for i, x in enumerate(wide)
            ]
            found = torch.autograd.grad(
                function(*moved), [moved[i] for i in wanted], cotangent, allow_unused=True
            )
            return [torch.zeros_like(wide[i]) if g is None else g for i, g in zip(wanted, found)]

        def differences(step):
            return [(a - b) / (2 * step) for a, b in zip(gradients(step), gradients(-step))]

        fine, coarse = differences(1e-6), differences(4e-6)
        for a, b in zip(fine, coarse):
            # A kink, or a pole close by, shows as differences that depend on the step. What is off by this for the
            # coarse step is off by a fifteenth of it for the fine one.
            bound = 1e-5 * float(a.abs().amax()) + 1e-8 if a.numel() else 0
            assert a.numel() == 0 or float((a - b).abs().amax()) <= bound, f"{name}: no second derivative here"
        derivative = dict(zip(wanted, fine))
        listed = range(len(wide))
        record["direction"] = [numbers(direction[i].float()) if i in direction else None for i in listed]
        record["second"] = [numbers(derivative[i].float()) if i in direction else None for i in listed]

    def write(self, path):
        header = {"torch": torch.__version__.split("+")[0], "seed": self.seed, "tolerance": 1e-5}
        with open(path, "w") as file:
            file.write('{"made by": ' + json.dumps(header) + ', "cases": {\n')
            lines = (
                f"{json.dumps(name)}: {json.dumps(record, separators=(',', ':'), allow_nan=False)}"
                for name, record in self.cases.items()
            )
            file.write(",\n".join(lines))
            file.write("\n}}\n")
        print(len(self.cases), "cases")
