import { constant, mul, Parameter, pad, reshape, scatterAdd, slice } from "@waveft/autograd";
import { configClass, type PeftFields, peftDefaults } from "../config";
import { finite } from "../field-types";
import type { AdapterMethod } from "../method";

interface DiagonalFields extends PeftFields {
  /** Multiplies ΔW. */
  scaling: number;
}

export const DiagonalConfig = configClass<DiagonalFields>({
  name: "DiagonalConfig",
  peftType: "DIAGONAL",
  defaults: { ...peftDefaults, scaling: 1 },
  types: { scaling: finite },
});

/** ΔW = scaling · diag(d): one trained number for each feature that a layer takes and gives. */
export const diagonal: AdapterMethod<InstanceType<typeof DiagonalConfig>> = {
  peftType: "DIAGONAL",
  prefix: "diagonal_",
  floatFields: ["scaling"],
  configFromJson: (json) => DiagonalConfig.fromJson(json),
  createAdapters: ({ scaling }, layers) =>
    layers.map(({ outFeatures, inFeatures }) => {
      const size = Math.min(outFeatures, inFeatures);
      const d = new Parameter({ data: new Float32Array(size), shape: [size], dtype: "float32" });
      const touched = Int32Array.from({ length: size }, (_, i) => i * inFeatures + i);
      return {
        parameters: { diagonal_d: d },
        touched,
        addDelta: ({ data, rowStride, columnStride }) => {
          for (let i = 0; i < size; i++) data[i * (rowStride + columnStride)]! += scaling * d.data[i]!;
        },
        product: (x, [values]) => {
          const tokens = x.shape[0]!;
          const scaled = mul(slice(x, [0, 0], [tokens, size]), mul(values!, scaling));
          return pad(scaled, [0, 0], [0, outFeatures - size]);
        },
        matrix: ([values]) => {
          const flat = scatterAdd(mul(values!, scaling), constant(touched, [size]), outFeatures * inFeatures);
          return reshape(flat, [outFeatures, inFeatures]);
        },
        choose: () => ({ strategy: "merged", forward: "product", gradient: "product" }),
      };
    }),
};
