export { type Assignment, type AssignOptions, assign } from "./assign";
export { type Compiled, type CompileOptions, compile } from "./compile";
export {
  elu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mish,
  relu6,
  softplus,
} from "./composed/activations";
export { type AttentionOptions, attention } from "./composed/attention";
export {
  type AttentionMaskOptions,
  attentionMask,
  causalSegmentMask,
  MASKED,
} from "./composed/attention-mask";
export type { Past } from "./composed/attention-past";
export { checkpoint } from "./composed/checkpoint";
export { dropout } from "./composed/dropout";
export { embedding } from "./composed/embedding";
export {
  binaryCrossEntropyWithLogits,
  crossEntropyLoss,
  type LossOptions,
  l1Loss,
  mseLoss,
  type Reduction,
  smoothL1Loss,
} from "./composed/losses";
export * from "./composed/math";
export { recompute } from "./composed/recompute";
export {
  type RotaryOptions,
  type RotaryScaling,
  type RotaryTables,
  rotaryEmbedding,
  rotaryTables,
} from "./composed/rotary";
export { defineOp, type Op } from "./define-op";
export {
  autoOrder,
  chooseDevice,
  type Device,
  type DeviceChoice,
  type DeviceName,
  devices,
  resolveDevice,
  SettledDevice,
} from "./device";
export {
  type ArrayOf,
  allocate,
  bytesOf,
  type DType,
  isFloat,
  type Shape,
  type TensorArray,
} from "./dtype";
export { type Binary, binary, type ElementwiseSpec, type Unary, unary } from "./elementwise";
export type { Engine, EngineMemory, Executable, OpTime, Traffic } from "./engine";
export { AutogradError, isAutogradError } from "./errors";
export { evaluate } from "./evaluate";
export { type Ability, type Feature, features } from "./features";
export {
  type Differentiable,
  grad,
  gradients,
  type PullbackOptions,
  pullback,
  valueAndGrad,
  vjp,
} from "./grad";
export { bytesOfRun, type Graph, type GraphAssignment, makeGraph, refreshParameters } from "./graph";
export { decodeHalf, encodeHalf, type HalfDType } from "./half";
export { byteLengthOf, type HostTensor, hostTensor, type TensorType } from "./host-tensor";
export { isInUse } from "./in-use";
export { mapKernel } from "./kernel-text";
export type {
  GpuContext,
  GpuLowering,
  GpuRule,
  GpuStep,
  OnnxAttribute,
  OnnxBuilder,
  OnnxRule,
} from "./lowering";
export { fromNdarray, type NdArrayLike, type NdArrayStore, toNdarray } from "./ndarray";
export * from "./nn";
export { type Home, type Node, parameterOf, type StoredParameter } from "./node";
export type { OpDefinition, Vjp, VjpContext, Walk } from "./op";
export type { ConvOptions } from "./op-options";
export { constant, type Operand } from "./operand";
export * from "./ops";
export * from "./optim";
export { type Borrower, type Filled, Parameter } from "./parameter";
export type { Profile } from "./profile";
export { type ResidentStore, Residents } from "./residents";
export { sameShape, showShape, sizeOf } from "./shape";
export { type DeviceSupport, needsOf, support } from "./support";
export { isTensor, Tensor } from "./tensor";
export { dependsOn } from "./trace";
export type { Fed, Hosted, Tree } from "./tree";
