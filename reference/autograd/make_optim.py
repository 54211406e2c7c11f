"""Steps of torch's optimizers, clipping, and learning-rate schedules of torch and transformers, for
packages/autograd/test/golden/optim.json.

Usage: python make_optim.py <output file>        (torch 2.13, transformers 5.18, seed 21; tests compare at 1e-6)

Optimizers start from `start` and take the rows of `gradients`; each case holds the parameter after 1, 2, 10 and 20
steps. Options have our names; `torch` below has theirs.
"""

import json
import math
import sys

import torch
from transformers import get_scheduler

generator = torch.Generator().manual_seed(21)
steps = 20
# On a grid of thousandths, so that the file stays small; the sizes differ, and one gradient is always zero.
scales = torch.tensor([1.0, 0.01, 30.0, 0.0, 1.0, 0.3])


def grid(x):
    return (x * 1000).round() / 1000


start = grid(torch.randn(6, generator=generator))
gradients = [grid(torch.randn(6, generator=generator) * scales) for _ in range(steps)]


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().double().flatten().tolist()]


torch_names = {
    "learningRate": "lr",
    "weightDecay": "weight_decay",
    "epsilon": "eps",
}


def optimizer_case(name, **options):
    make = getattr(torch.optim, name)
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make([parameter], **{torch_names.get(key, key): value for key, value in options.items()})
    after = {}
    for step, gradient in enumerate(gradients, 1):
        parameter.grad = gradient.clone()
        optimizer.step()
        if step in (1, 2, 10, 20):
            after[step] = numbers(parameter)
    return {"optimizer": name, "options": options, "after": after}


adam = {"learningRate": 0.05}
optimizers = [
    optimizer_case("SGD", learningRate=0.1),
    optimizer_case("SGD", learningRate=0.1, weightDecay=0.2),
    optimizer_case("SGD", learningRate=0.1, momentum=0.9),
    optimizer_case("SGD", learningRate=0.1, momentum=0.9, dampening=0.3, weightDecay=0.05),
    optimizer_case("SGD", learningRate=0.1, momentum=0.8, nesterov=True, weightDecay=0.05),
    optimizer_case("SGD", learningRate=0.1, momentum=0.9, dampening=0.5, maximize=True, weightDecay=0.1),
    *[
        optimizer_case(name, **options)
        for name in ("Adam", "AdamW")
        for options in (
            {**adam, "weightDecay": 0.0},
            {**adam, "weightDecay": 0.1},
            {**adam, "weightDecay": 0.1, "betas": [0.8, 0.95], "epsilon": 1e-3},
            {**adam, "weightDecay": 0.1, "amsgrad": True, "betas": [0.5, 0.6]},
            {**adam, "weightDecay": 0.1, "maximize": True},
        )
    ],
]


def factors(scheduler, optimizer, count, rate):
    values = []
    for _ in range(count):
        values.append(float(f"{optimizer.param_groups[0]['lr'] / rate:.12g}"))
        optimizer.step()
        scheduler.step()
    return values


def schedule_case(name, options, make, rate=0.5, count=26):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    return {"schedule": name, "options": options, "factors": factors(make(optimizer), optimizer, count, rate)}


total = 22


def named(name, warmup, options={}, kwargs={}, **more):
    case = schedule_case(
        name,
        options,
        lambda optimizer: get_scheduler(name, optimizer, warmup, total, scheduler_specific_kwargs=kwargs),
        **more,
    )
    return {**case, "warmupSteps": warmup, "totalSteps": total}


lr_scheduler = torch.optim.lr_scheduler
schedules = [
    named("linear", 0),
    named("linear", 5),
    # transformers' cosine rises again after the last step; ours does not.
    named("cosine", 5, count=total + 1),
    named("cosine", 5, {"numCycles": 1.5}, {"num_cycles": 1.5}, count=total + 1),
    named("cosine_with_restarts", 5),
    named("cosine_with_restarts", 4, {"numCycles": 3}, {"num_cycles": 3}),
    named("cosine_with_min_lr", 5, {"minFactor": 0.1}, {"min_lr": 0.05}, count=total + 1),
    named("polynomial", 5, {"endFactor": 2e-7}),
    named("polynomial", 4, {"power": 2, "endFactor": 0.1}, {"power": 2, "lr_end": 0.05}),
    named("constant", 5),
    named("constant_with_warmup", 5),
    named("inverse_sqrt", 5),
    named("inverse_sqrt", 0),
    named("inverse_sqrt", 5, {"timescale": 50}, {"timescale": 50}),
    named("warmup_stable_decay", 5, {"decaySteps": 8}, {"num_decay_steps": 8}),
    named(
        "warmup_stable_decay",
        5,
        {"decaySteps": 6, "minFactor": 0.2},
        {"num_decay_steps": 6, "min_lr_ratio": 0.2},
    ),
    # The fall begins before the warm-up ends.
    named("warmup_stable_decay", 9, {"decaySteps": 16}, {"num_decay_steps": 16}),
    schedule_case("step", {"stepSize": 4, "gamma": 0.5}, lambda o: lr_scheduler.StepLR(o, 4, 0.5)),
    schedule_case("exponential", {"gamma": 0.9}, lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
]
for options, kwargs in [
    ({}, {}),
    (
        {"rising": 0.25, "divFactor": 10, "finalDivFactor": 100},
        {"pct_start": 0.25, "div_factor": 10, "final_div_factor": 100},
    ),
]:
    case = schedule_case(
        "one_cycle",
        options,
        lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=total, cycle_momentum=False, **kwargs),
        count=total - 1,
    )
    schedules.append({**case, "totalSteps": total})


def shown(x):
    return x if math.isfinite(x) else str(x)


def clip_case(rows, max_norm):
    parameters = [torch.nn.Parameter(torch.zeros(len(row))) for row in rows]
    for parameter, row in zip(parameters, rows):
        parameter.grad = torch.tensor(row)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return {
        "gradients": [[shown(x) for x in row] for row in rows],
        "maxNorm": max_norm,
        "norm": shown(norm.item()),
        "clipped": [[shown(x) for x in parameter.grad.tolist()] for parameter in parameters],
    }


clips = [
    clip_case([[3.0, -4.0], [12.0]], 1.0),
    clip_case([[3.0, -4.0], [12.0]], 13.0),
    clip_case([[3.0, -4.0], [12.0]], 100.0),
    clip_case([[0.0, 0.0]], 1.0),
    clip_case([[3.0, math.nan], [1.0]], 1.0),
    clip_case([[3.0, math.inf], [1.0]], 1.0),
    clip_case([[3.0], [-math.inf, math.nan]], 1.0),
    clip_case([[3.0, 4.0]], 0.0),
]

result = {
    "start": numbers(start),
    "gradients": [numbers(gradient) for gradient in gradients],
    "optimizers": optimizers,
    "schedules": schedules,
    "clips": clips,
}


def lines(value):
    return "[\n  " + ",\n  ".join(json.dumps(row) for row in value) + "\n ]"


with open(sys.argv[1], "w") as file:
    file.write("{\n")
    file.write(",\n".join(f' "{key}": {lines(value)}' for key, value in result.items()))
    file.write("\n}\n")
