import {
  cast,
  Linear,
  type LinearLayer,
  linear,
  Module,
  mul,
  Parameter,
  reshape,
  type Tensor,
} from "@waveft/autograd";
import { weightOf } from "./pair";

/** A layer of a user's own: weights as integers from −127 to 127, with a scale for each row, and no dense weight. */
export class Int8Linear extends Module implements LinearLayer {
  override readonly kind = "Int8Linear";
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly codes: Parameter;
  readonly scales: Parameter;
  bias: Parameter | null;

  constructor(layer: LinearLayer) {
    super();
    const { inFeatures, outFeatures } = layer;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const { data, transposed } = { data: weightOf(layer).data, ...layer.denseWeight!()! };
    const at = (row: number, column: number) =>
      data[transposed ? column * outFeatures + row : row * inFeatures + column]!;
    const columns = Array.from({ length: inFeatures }, (_, column) => column);
    const scales = Float32Array.from(
      { length: outFeatures },
      (_, row) => Math.max(...columns.map((column) => Math.abs(at(row, column)))) / 127,
    );
    const codes = Int32Array.from({ length: outFeatures * inFeatures }, (_, flat) => {
      const row = Math.floor(flat / inFeatures);
      return Math.round(at(row, flat % inFeatures) / scales[row]!);
    });
    const frozen = { requiresGrad: false };
    this.codes = new Parameter({ data: codes, shape: [outFeatures, inFeatures], dtype: "int32" }, frozen);
    this.scales = new Parameter({ data: scales, shape: [outFeatures], dtype: "float32" }, frozen);
    this.bias = layer.bias ?? null;
  }

  forward(x: Tensor): Tensor {
    const weight = mul(cast(this.codes, "float32"), reshape(this.scales, [-1, 1]));
    return linear(x, weight, this.bias?.tensor ?? null);
  }

  /** A Linear of the same numbers. */
  dense(): Linear {
    const { inFeatures, outFeatures, codes, scales, bias } = this;
    const layer = new Linear(inFeatures, outFeatures, { bias: false });
    layer.weight.data = Float32Array.from(
      codes.data,
      (code, flat) => code * scales.data[Math.floor(flat / inFeatures)]!,
    );
    layer.bias = bias;
    return layer;
  }
}

/** Puts layers of this kind into the place of a model's linear layers, by name. */
export const quantise = <M extends Module>(model: M, isChosen: (name: string) => boolean = () => true): M => {
  for (const [name, module] of [...model.namedModules()])
    if (module.kind.endsWith("Linear") && isChosen(name))
      model.setSubmodule(name, new Int8Linear(module as unknown as LinearLayer));
  return model;
};

/** The same model with dense weights. */
export const dequantise = <M extends Module>(model: M): M => {
  for (const [name, module] of [...model.namedModules()])
    if (module.kind === "Int8Linear") model.setSubmodule(name, (module as Int8Linear).dense());
  return model;
};
