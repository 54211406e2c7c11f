import type { ConfigFields } from "../../config";

/**
 * Places that the tokens of each layer see, null for all: `sliding_window` in the layers that `layer_types` names
 * `sliding_attention`; without such a list, in those from `max_window_layers` on. None where `use_sliding_window` is
 * false.
 */
export const layerWindows = (fields: ConfigFields, layers: number, firstOf: number): (number | null)[] => {
  const isUsed = fields.boolean("use_sliding_window", false);
  const first = fields.integer("max_window_layers", firstOf, { min: 0 });
  const given = fields.value("layer_types") ?? null;
  if (given !== null && !(Array.isArray(given) && given.length === layers && given.every(isLayerType)))
    throw fields.error("layer_types", `null or ${layers} names, each ${layerTypes.join(" or ")}`);
  const types = given as LayerType[] | null;
  const slides = (layer: number) =>
    types === null ? isUsed && layer >= first : types[layer] === "sliding_attention";
  const needed = Array.from({ length: layers }, (_, layer) => slides(layer));
  if (!needed.includes(true)) return needed.map(() => null);
  if (!isUsed) throw fields.error("use_sliding_window", "true, where layer_types has sliding_attention");
  const window = fields.integer("sliding_window", 4096);
  return needed.map((slid) => (slid ? window : null));
};

const layerTypes = ["full_attention", "sliding_attention"] as const;
type LayerType = (typeof layerTypes)[number];

const isLayerType = (value: unknown): value is LayerType =>
  (layerTypes as readonly unknown[]).includes(value);
