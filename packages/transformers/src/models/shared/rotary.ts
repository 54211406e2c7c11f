import {
  add,
  floorDivide,
  gather,
  mul,
  Parameter,
  type RotaryScaling,
  rotaryEmbedding,
  rotaryTables,
  sub,
  type Tensor,
} from "@waveft/autograd";
import type { ConfigFields } from "../../config";

/** The angles of rotary positions, as a configuration gives them. */
export interface RotaryConfig {
  readonly base: number;
  readonly scaling: RotaryScaling | null;
}

/**
 * Reads `rope_parameters`, or what older files have: `rope_theta` and `rope_scaling`. `dynamic` scaling begins beyond
 * `max_position_embeddings`, where no token can stand here.
 */
export const rotaryConfig = (fields: ConfigFields, maxPositionEmbeddings: number): RotaryConfig => {
  const own = filled(fields.object("rope_scaling")) ?? filled(fields.object("rope_parameters"));
  const base = (own?.json.rope_theta ? own : fields).number("rope_theta", 10000, { min: 1e-6 });
  if (own === null) return { base, scaling: null };
  const typeField = own.json.rope_type === undefined ? "type" : "rope_type";
  const type = own.oneOf(typeField, "default", ["default", "linear", "dynamic", "llama3"]);
  if (type === "default") return { base, scaling: null };
  if (own.number("partial_rotary_factor", 1, { max: 1 }) !== 1)
    throw own.error("partial_rotary_factor", "1: heads are turned as a whole");
  const required = (name: string) => {
    if (own.json[name] === undefined) throw own.error(name, "a number above 0");
    return own.number(name, 1, { min: 1e-6 });
  };
  const factor = required("factor");
  if (type === "dynamic") return { base, scaling: null };
  if (type === "linear") return { base, scaling: { type, factor } };
  const lengthOwner = fields.json.original_max_position_embeddings === undefined ? own : fields;
  const [lowFrequencyFactor, highFrequencyFactor] = [
    required("low_freq_factor"),
    required("high_freq_factor"),
  ];
  if (lowFrequencyFactor === highFrequencyFactor)
    throw own.error("high_freq_factor", `other than low_freq_factor, which is ${lowFrequencyFactor}`);
  const originalLength = lengthOwner.integer("original_max_position_embeddings", maxPositionEmbeddings);
  return { base, scaling: { type, factor, lowFrequencyFactor, highFrequencyFactor, originalLength } };
};

const filled = (fields: ConfigFields | null): ConfigFields | null =>
  fields === null || Object.keys(fields.json).length === 0 ? null : fields;

/** Positions of one coarse step. */
const step = 256;

interface Tables {
  readonly cos: Parameter;
  readonly sin: Parameter;
}

/**
 * Rotary positions of all layers of a model. Angles add up, so a position is a multiple of 256 and a rest, and 131,072
 * positions need tables of 768 rows. The tables are inputs of graphs, not weights of the model.
 */
export class RotaryPositions {
  readonly #make: () => { readonly coarse: Tables; readonly fine: Tables };
  /** Null until a graph needs them: what is loaded may not fit the configuration. */
  #tables: { readonly coarse: Tables; readonly fine: Tables } | null = null;
  readonly #interleaved: boolean;

  /**
   * @param width channels of a head that are turned, its first ones; an even number
   * @param options interleaved: whether neighbours are pairs (GPT-J), not channels half the width apart
   */
  constructor(
    { base, scaling }: RotaryConfig,
    width: number,
    maxPositions: number,
    { interleaved = false }: { readonly interleaved?: boolean } = {},
  ) {
    this.#interleaved = interleaved;
    const tables = (count: number, stride: number): Tables => {
      const places = Array.from({ length: count }, (_, i) => i * stride);
      const { cos, sin } = rotaryTables(places, width, { base, ...(scaling && { scaling }) });
      return { cos: new Parameter(cos, fixed), sin: new Parameter(sin, fixed) };
    };
    this.#make = () => ({
      coarse: tables(Math.ceil(maxPositions / step), step),
      fine: tables(Math.min(step, maxPositions), 1),
    });
  }

  /** What turns queries and keys, float32 [rows, heads, length, width], by int32 positions [rows, length]. */
  at(positionIds: Tensor): (x: Tensor) => Tensor {
    this.#tables ??= this.#make();
    const { coarse, fine } = this.#tables;
    const high = floorDivide(positionIds, step);
    const [c, s] = rows(coarse, high);
    const [f, g] = rows(fine, sub(positionIds, mul(high, step)));
    // cos(a + b) = cos a cos b − sin a sin b, sin(a + b) = sin a cos b + cos a sin b
    const cos = sub(mul(c, f), mul(s, g));
    const sin = add(mul(s, f), mul(c, g));
    return (x) => rotaryEmbedding(x, cos, sin, { interleaved: this.#interleaved });
  }
}

const fixed = { requiresGrad: false };

const rows = ({ cos, sin }: Tables, at: Tensor): [cos: Tensor, sin: Tensor] => [
  gather(cos, at),
  gather(sin, at),
];
