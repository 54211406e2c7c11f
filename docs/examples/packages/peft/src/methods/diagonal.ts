import { mul, Parameter, slice, sum } from "@waveft/autograd";
import type { PeftConfig, PeftFields } from "../config";
import { checkPeftFields, fieldsFromJson, fieldsToJson, peftDefaults } from "../config";
import type { AdapterMethod } from "../method";

interface DiagonalConfig extends PeftConfig {
  /** Multiplies ΔW. */
  readonly scaling: number;
}

const defaults = { ...peftDefaults, scaling: 1 };

const diagonalConfig = (fields: Partial<PeftFields & { scaling: number }>): DiagonalConfig => {
  const values = { ...defaults, ...fields };
  checkPeftFields(values);
  const peftType = "DIAGONAL";
  return { ...values, peftType, toJson: () => ({ ...fieldsToJson(values, defaults), peft_type: peftType }) };
};

/** ΔW = scaling · diag(d): one trained number for each feature that a layer takes and gives. */
export const diagonal: AdapterMethod<DiagonalConfig> = {
  peftType: "DIAGONAL",
  prefix: "diagonal_",
  floatFields: ["scaling"],
  defaultTargets: { opt: ["q_proj", "v_proj"] },
  configFromJson: (json) => diagonalConfig(fieldsFromJson(json, defaults).fields),
  createAdapters: ({ scaling }, layers) =>
    layers.map(({ outFeatures, inFeatures }) => {
      const size = Math.min(outFeatures, inFeatures);
      const d = new Parameter({ data: new Float32Array(size), shape: [size], dtype: "float32" });
      const touched = Int32Array.from({ length: size }, (_, i) => i * inFeatures + i);
      return {
        parameters: { diagonal_d: d },
        touched,
        addDelta: (target) => {
          touched.forEach((flat, i) => {
            target[flat]! += scaling * d.data[i]!;
          });
        },
        // ∂dᵢ = scaling · Σ_t dy_ti x_ti
        gradient: (x, dy) => {
          const head = (rows: typeof x) => slice(rows, [0, 0], [rows.shape[0]!, size]);
          return [mul(sum(mul(head(dy), head(x)), { axes: 0 }), scaling)];
        },
      };
    }),
};
