import {
  gelu,
  geluTanh,
  minimum,
  mul,
  relu,
  sigmoid,
  silu,
  square,
  type Tensor,
  tanh,
} from "@waveft/autograd";

/** Activation functions by the names that `config.json` uses. */
export const activations = {
  relu: (x: Tensor) => relu(x),
  relu2: (x: Tensor) => square(relu(x)),
  relu6: (x: Tensor) => minimum(relu(x), 6),
  gelu,
  gelu_python: gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  quick_gelu: (x: Tensor) => mul(x, sigmoid(mul(x, 1.702))),
  silu,
  swish: silu,
  sigmoid: (x: Tensor) => sigmoid(x),
  tanh: (x: Tensor) => tanh(x),
  linear: (x: Tensor) => x,
} satisfies Record<string, (x: Tensor) => Tensor>;

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as ActivationName[];
