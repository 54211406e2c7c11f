"""Values, gradients and second derivatives of every op, for packages/autograd/test/golden/ops.json.

Usage: python make_ops.py <output file>        (torch 2.13, seed 20; tests compare at 1e-5 of the largest number)

A case is named by the function it is for, and what is special about it; test/op-builds.ts has the same call in ours.
"""

import sys

# Importing the cases makes them, in this order.
import op_cases_elementwise
import op_cases_products
import op_cases_reductions
import op_cases_places
from op_goldens import goldens

goldens.write(sys.argv[1])
