"""Cases of functions that act on each element."""

from math import inf, nan

import torch

from op_goldens import booleans, case, floats, int32, integers, normal, of_special, positive, special

# elementwise, one argument
for name in ("abs", "neg", "exp", "sin", "cos", "tanh", "erf", "sigmoid", "relu"):
    case(name, getattr(torch, name), normal(3, 5) * 2)
for name in ("log", "sqrt"):
    case(name, getattr(torch, name), positive(3, 5))
case("tanh far out", torch.tanh, torch.tensor([-100.0, -20, -5, -1e-3, 0, 1e-3, 5, 20, 100]),
    tolerance={"second": 1e-4, "because": "1 − tanh² has few digits where tanh is near 1"})
case("erf far out", torch.erf, torch.tensor([-30.0, -4, -2, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 2, 4, 30]))
case("sigmoid far out", torch.sigmoid, torch.tensor([-100.0, -20, 0, 3, 8]))
case("exp of a scalar", torch.exp, normal())
case("exp of nothing", torch.exp, normal(0, 3))

# elementwise, two arguments
for name in ("add", "sub", "mul"):
    case(name, getattr(torch, name), normal(3, 4), normal(3, 4))
case("div", torch.div, normal(3, 4), positive(3, 4))
case("pow", torch.pow, positive(3, 4), normal(3, 4))
case("pow of negative bases", torch.pow, normal(2, 4) - 2, torch.tensor([2.0, 3, -1, -2]), gradients=False)
case("maximum", torch.maximum, torch.tensor([1.0, 2, 3, -1]), torch.tensor([2.0, 2, -3, -1]), second="a kink at ties")
case("minimum", torch.minimum, torch.tensor([1.0, 2, 3, -1]), torch.tensor([2.0, 2, -3, -1]), second="a kink at ties")
case("add of a row", torch.add, normal(2, 3, 4), normal(4))
case("add of a column and a row", torch.add, normal(3, 1), normal(1, 4))
case("mul by a scalar", torch.mul, normal(2, 3), normal())
case("mul across ranks", torch.mul, normal(2, 1, 3), normal(4, 1))
case("div of middle axes", torch.div, normal(2, 1, 3, 1, 2), positive(4, 3, 5, 2))
case("sub of one element", torch.sub, normal(1, 1), normal(1))
case("add of nothing", torch.add, normal(2, 0), normal(1))
case("add of integers", torch.add, integers(100, 2, 3), integers(100, 3))
case("equal", torch.eq, integers(3, 4, 5), integers(3, 5))
case("less", torch.lt, normal(4, 5), normal(4, 1), gradients=False)
case("logicalAnd", torch.logical_and, booleans(3, 4), booleans(4))
case("logicalOr", torch.logical_or, booleans(3, 4), booleans(3, 1))
case("logicalNot", torch.logical_not, booleans(3, 4))
case("where", torch.where, booleans(3, 1), normal(3, 4), normal(4))
case("where of a mask", torch.where, booleans(2, 1, 4), normal(2, 3, 4), torch.tensor(-1e9))
case("cast to int32", lambda x: x.to(torch.int32), torch.tensor([-2.7, -1.0, -0.5, 0, 0.5, 1.9, 1e6]), gradients=False)
case("cast to bool", lambda x: x != 0, torch.tensor([-2.7, 0, -0.0, 1e-3]), gradients=False)
case("cast to float32", lambda x: x.float(), integers(9, 2, 2), gradients=False)

# one argument, beyond the core
for name in ("floor", "ceil", "round", "sign", "square", "reciprocal", "expm1", "exp2", "tan", "atan", "sinh", "cosh", "asinh"):
    case(name, getattr(torch, name), normal(3, 5) * 1.7)
for name in ("rsqrt", "log1p", "log2", "log10"):
    case(name, getattr(torch, name), positive(3, 5))
for name in ("asin", "acos", "atanh"):
    case(name, getattr(torch, name), normal(3, 5).clamp(-3, 3) * 0.3)
case("acosh", torch.acosh, positive(3, 5) + 1)
case("round of halves", torch.round, floats(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 8388609), gradients=False)
for name in ("expm1", "log1p", "sinh", "asinh", "atanh", "atan", "asin", "tan"):
    case(f"{name} of small numbers", getattr(torch, name), floats(1e-6, -2e-6), second="smaller than differences see")
for name in ("expm1", "sinh", "cosh"):
    case(f"{name} of large numbers", getattr(torch, name), floats(-20, -9, -2, 3, 15))
case("cosh near the largest number", torch.cosh, floats(-89, 89), gradients=False)
case("log1p near -1", torch.log1p, floats(-0.999, -0.9, -0.5, -0.39, 0.39, 0.41))
for name in ("asinh", "acosh"):
    case(f"{name} of large numbers", getattr(torch, name), floats(1e3, 1e10, 1e30), second="smaller than differences see")
case("asinh of negative large numbers", torch.asinh, floats(-1e3, -1e10, -1e30), second="smaller than differences see")
case("acosh near 1", torch.acosh, floats(1.0001, 1.001, 1.5), second="a pole close by")
case("acosh below 1", torch.acosh, floats(0.5, -2, -1e4, -1e9, -1e20), gradients=False)
case("acos near 1", torch.acos, floats(0.9999, 0.99, -0.9999), second="a pole close by")
case("atanh near 1", torch.atanh, floats(-0.999, -0.9, 0.99), second="a pole close by")
case("asin at the ends", torch.asin, floats(-1, 1, 0.5, 1.5), second="infinite slopes")
case("acos at the ends", torch.acos, floats(-1, 1, 0.5, 1.5), second="infinite slopes")
case("atanh at the ends", torch.atanh, floats(-1, 1, 0.5, 1.5), second="infinite slopes")
case("abs at 0", torch.abs, floats(-1, 0, 2), second="a kink at 0")
case("relu at 0", torch.relu, floats(-1, 0, 2), second="a kink at 0")
case("sqrt at 0", torch.sqrt, floats(0, 1, 4), second="an infinite slope")
case("log at 0", torch.log, floats(0, 1, 4), second="an infinite slope")
case("abs of integers", torch.abs, integers(50, 2, 3, low=-50))
case("neg of integers", torch.neg, integers(50, 2, 3, low=-50))
case("sign of integers", torch.sign, integers(3, 3, 4, low=-2))
case("neg of zeros, their signs told by division", lambda x: 1 / -x, floats(0.0, -0.0, 2), gradients=False)
case("mul of zeros, their signs told by division", lambda x, y: 1 / (x * y), floats(0.0, -0.0, 2)[:, None], floats(3, -1), gradients=False)
case("floor of zeros, their signs told by division", lambda x: 1 / x.floor(), floats(0.0, -0.0, 2), gradients=False)

# two and three arguments, where something happens
case("pow at base 0", torch.pow, floats(0, 0, 0, 0, 2, 1), floats(0, 1, 2, -1, 0, 3), second="infinite slopes")
case("pow of a number", lambda x: x**3, normal(2, 4))
case("pow of a number to x", lambda x: 2**x, normal(2, 4))
case("div by 0", torch.div, floats(1, -2, 0), floats(0, 0, 0), second="a pole")
case("mul of integers", torch.mul, integers(50, 2, 3, low=-50), integers(50, 3))
case("sub of integers", torch.sub, integers(50, 2, 1), integers(50, 3))
case("maximum of integers", torch.maximum, integers(9, 2, 3, low=-9), integers(9, 3))
case("minimum of integers", torch.minimum, integers(9, 2, 3, low=-9), integers(9, 3))
case("maximum of a column and a row", torch.maximum, normal(3, 1), normal(1, 4))
case("minimum of a column and a row", torch.minimum, normal(3, 1), normal(1, 4))
case("pow of a column and a row", torch.pow, positive(3, 1), normal(4))
case("atan2", torch.atan2, normal(3, 4), normal(3, 4))
case("atan2 of a column and a row", torch.atan2, normal(3, 1), normal(4))
case("atan2 of zeros", torch.atan2, floats(0.0, -0.0, 1, -1, 0)[:, None], floats(0.0, -0.0, 1, -1), second="not smooth at the origin")
signed = torch.arange(-7, 8, dtype=torch.int32)[:, None]
divisors = int32(-5, -3, -2, -1, 1, 2, 3, 5)
floor_divide = lambda a, b: torch.div(a, b, rounding_mode="floor")
case("floorDivide", floor_divide, signed, divisors)
case("floorDivide of large integers", floor_divide, int32(16777215, -16777215, 16777213, 12345678)[:, None], int32(1, 3, 7, -1000, 4099, 16777214))
case("floorDivide by zero", lambda a, b: torch.zeros(3, dtype=torch.int32), int32(5, -5, 0), int32(0, 0, 0))
case("floorDivide of floats", floor_divide, normal(3, 4) * 10, floats(0.7, -1.3, 2.5, 3), gradients=False)
case("remainder", torch.remainder, signed, divisors)
case("remainder of large integers", torch.remainder, int32(16777215, -16777215, 12345678)[:, None], int32(3, 7, -1000, 4099))
case("remainder by zero", lambda a, b: a, int32(5, -5, 0), int32(0, 0, 0))
case("remainder of floats", torch.remainder, normal(3, 4) * 5, floats(0.7, -1.3, 2.5, 3))
case("remainder of floats by infinity", torch.remainder, floats(2, -1, 0)[:, None], floats(inf, -inf), gradients=False)
case("clamp", lambda x: x.clamp(-0.5, 0.8), normal(3, 5))
case("clamp from below", lambda x: x.clamp(min=0.1), normal(3, 5))
case("clamp from above", lambda x: x.clamp(max=0.1), normal(3, 5))
case("clamp at the bounds", lambda x: x.clamp(0, 1), floats(-1, 0, 0.5, 1, 2), second="kinks at the bounds")
case("clamp between tensors", torch.clamp, normal(3, 4), normal(4) - 1, normal(3, 1) + 1)
case("clamp of crossed bounds", lambda x: x.clamp(1, -1), normal(5), gradients=False)
case("clamp of integers", lambda x: x.clamp(-2, 3), integers(9, 3, 4, low=-9))
case("equal of floats", torch.eq, floats(1, 2, 3)[:, None], floats(1, 2.5, 3), gradients=False)
case("equal of booleans", torch.eq, booleans(3, 4), booleans(4))
case("notEqual", torch.ne, integers(3, 4, 5), integers(3, 5))
case("notEqual of booleans", torch.ne, booleans(3, 4), booleans(4))
case("less of integers", torch.lt, integers(4, 4, 5), integers(4, 5))
case("greater", torch.gt, normal(4, 5), normal(4, 1), gradients=False)
case("greaterEqual", torch.ge, integers(4, 4, 5), integers(4, 5))
case("lessEqual", torch.le, integers(4, 4, 5), integers(4, 5))
case("lessEqual of floats", torch.le, floats(1, 2, 3)[:, None], floats(1, 2.5, 3), gradients=False)
case("logicalXor", torch.logical_xor, booleans(3, 4), booleans(3, 1))
case("where of integers", torch.where, booleans(3, 4), integers(9, 3, 1), integers(9, 4))
case("where of booleans", torch.where, booleans(3, 4), booleans(3, 4), booleans(4))
case("where of nothing", torch.where, booleans(0, 3), normal(3), normal(0, 3))
case("where beside a NaN that is not taken", torch.where, torch.tensor([True, False, True]), floats(1, nan, 2), floats(nan, 3, inf), second="not finite")
case("where beside a pole that is not taken", lambda x: torch.where(x > 0, torch.where(x > 0, x, 1.0).log(), 0.0), floats(-1, 0, 2), second="a jump at 0")
case("cast of booleans to int32", lambda x: x.to(torch.int32), booleans(4))
case("cast of integers to bool", lambda x: x != 0, int32(-2, 0, 5))

# numbers that are none, and numbers without end
for name in (
    "abs neg exp sin cos tanh erf sigmoid relu log sqrt floor ceil round sign square reciprocal rsqrt expm1 exp2 "
    "log1p log2 log10 tan atan asin acos sinh cosh asinh acosh atanh"
).split():
    case(f"{name} {of_special}", getattr(torch, name), special, gradients=False)
case("isNaN", torch.isnan, special, gradients=False)
case("isFinite", torch.isfinite, special, gradients=False)
for name, function in {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
    "minimum": torch.minimum, "equal": torch.eq, "notEqual": torch.ne, "less": torch.lt, "greater": torch.gt,
    "lessEqual": torch.le, "greaterEqual": torch.ge, "atan2": torch.atan2,
}.items():  # fmt: skip
    case(f"{name} {of_special}", function, special[:, None], special, gradients=False)
case(f"pow {of_special}", torch.pow, floats(nan, inf, -inf, 0, 2)[:, None], floats(nan, inf, -inf, 0, 2), gradients=False)
case(f"maximum {of_special}, with gradients", torch.maximum, floats(nan, 1, inf, -inf), floats(1, nan, inf, 2), second="not finite")
case(f"minimum {of_special}, with gradients", torch.minimum, floats(nan, 1, inf, -inf), floats(1, nan, inf, 2), second="not finite")
case(f"where {of_special}", torch.where, torch.tensor([True, False]), special[:, None], -special[:, None], gradients=False)
case(f"clamp {of_special}", lambda x: x.clamp(-0.7, 0.7), special, gradients=False)
