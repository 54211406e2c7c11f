"""What the cases of golden/ops.json are made with."""

from math import inf, nan

import torch

from golden import Goldens

goldens = Goldens(20)
case, normal, positive = goldens.case, goldens.normal, goldens.positive
integers, booleans = goldens.integers, goldens.booleans


def int32(*values):
    return torch.tensor(values, dtype=torch.int32)


def floats(*values):
    return torch.tensor(values, dtype=torch.float32)


special = floats(nan, inf, -inf, 0.0, -0.0, 1, -1, 0.5)
of_special = "of NaN and infinity"
