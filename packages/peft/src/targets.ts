import { isModule, type LinearLayer, type Module } from "@waveft/autograd";
import type { PeftConfig } from "./config";
import { PeftError } from "./errors";

/** A layer of the base model that a config selects. */
export interface Target {
  readonly name: string;
  readonly layer: LinearLayer;
}

/**
 * The layers that a config adapts, in model order.
 *
 * @throws PeftError when a matched module is not a linear layer, or nothing matches (it lists what would)
 */
export const findTargets = (
  model: Module,
  config: PeftConfig,
  defaultTargets: readonly string[] | undefined,
  modelType: string,
): Target[] => {
  const wanted = config.targetModules ?? defaultTargets;
  if (wanted === undefined)
    throw new PeftError(
      `peft: no default targetModules for model type "${modelType}"; name some of ${linearSuffixes(model).join(", ")}`,
    );
  const modules = [...model.namedModules()].filter(([name]) => name !== "");
  const allLinear = typeof wanted === "string" && wanted.toLowerCase() === "all-linear";
  const head = allLinear ? outputHead(model) : null;
  const matched = modules.filter(
    ([name, module]) =>
      !isExcluded(name, config) &&
      (allLinear ? isAdaptable(module) && module !== head : matchesTarget(name, wanted)) &&
      isInLayers(name, config),
  );
  for (const [name, module] of matched)
    if (!isAdaptable(module))
      throw new PeftError(
        `peft: target module ${name} is a ${module.kind}; only Linear layers can be adapted, such as ${linearSuffixes(model).join(", ")}`,
      );
  if (matched.length === 0)
    throw new PeftError(
      `peft: targetModules ${show(wanted)} match no layer of this model; its linear layers are ${linearSuffixes(model).join(", ")}`,
    );
  return matched.map(([name, layer]) => ({ name, layer: layer as LinearLayer & Module }));
};

/** Names of this many layers or more are saved as the shortest endings that select the same layers. */
const CONDENSE_FROM = 20;

/**
 * What PEFT writes as `target_modules`: a list or a pattern as it was given, the defaults by name, and for
 * `all-linear` the names that it found.
 */
export const resolvedTargets = (
  model: Module,
  config: PeftConfig,
  targets: readonly Target[],
  defaultTargets: readonly string[] | undefined,
): readonly string[] | string => {
  const wanted = config.targetModules ?? defaultTargets ?? [];
  if (typeof wanted !== "string" || wanted.toLowerCase() !== "all-linear") return wanted;
  const names = targets.map(({ name }) => name);
  if (names.length < CONDENSE_FROM) return names;
  const others = [...model.namedModules()].map(([name]) => name).filter((name) => !names.includes(name));
  return minimalEndings(names, others);
};

/** The shortest dotted endings that every name has one of, and none of the others. */
const minimalEndings = (names: readonly string[], others: readonly string[]): string[] => {
  const endsIn = (name: string, ending: string): boolean => name === ending || name.endsWith(`.${ending}`);
  const endings = new Set<string>();
  for (const name of [...names].sort((a, b) => a.length - b.length)) {
    if ([...endings].some((ending) => endsIn(name, ending))) continue;
    const parts = name.split(".");
    const candidates = parts.map((_, i) => parts.slice(parts.length - 1 - i).join("."));
    endings.add(candidates.find((ending) => !others.some((other) => endsIn(other, ending))) ?? name);
  }
  return [...endings];
};

/** A list holds names and dotted suffixes; a string is a regular expression over the whole name. */
const matchesTarget = (name: string, wanted: readonly string[] | string): boolean =>
  typeof wanted === "string"
    ? fullMatch(wanted, name)
    : wanted.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));

const isExcluded = (name: string, { excludeModules }: PeftConfig): boolean =>
  excludeModules !== null && matchesTarget(name, excludeModules);

/** The index of the block that a name lies in must be one of `layersToTransform`. */
const isInLayers = (name: string, config: PeftConfig): boolean => {
  const { layersToTransform, layersPattern, targetModules } = config;
  const indices = typeof layersToTransform === "number" ? [layersToTransform] : (layersToTransform ?? []);
  if (indices.length === 0) return true;
  if (Array.isArray(targetModules) && targetModules.includes(name)) return true;
  const patterns = typeof layersPattern === "string" ? [layersPattern] : (layersPattern ?? []);
  const index =
    patterns.length === 0
      ? /.*?\.[^.]*\.(\d+)\./.exec(name)
      : patterns.map((pattern) => pythonRegExp(`(?:.*?\\.|)${pattern}\\.(\\d+)\\.`, "").exec(name)).find(Boolean);
  return index !== null && index !== undefined && indices.includes(Number(index[1]));
};

/**
 * The value of the first pattern, in order, that the name ends in; patterns are regular expressions that
 * match the end of a name from a dot on.
 */
export const patternValue = (patterns: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.entries(patterns).find(([pattern]) => fullMatch(`(?:.*\\.)?(?:${pattern})`, name))?.[1];

const isAdaptable = (module: Module): boolean => module.kind === "Linear" || module.kind === "AdaptedLinear";

/** The layer that gives the logits, if the model says which (PEFT leaves it out of `all-linear`). */
const outputHead = (model: Module): Module | null => {
  const head: unknown = "lmHead" in model ? model.lmHead : null;
  return isModule(head) ? head : null;
};

/** Last parts of the names of all linear layers: what users may give as targets. */
const linearSuffixes = (model: Module): string[] => {
  const head = outputHead(model);
  const names = [...model.namedModules()]
    .filter(([, module]) => isAdaptable(module) && module !== head)
    .map(([name]) => name.slice(name.lastIndexOf(".") + 1));
  return [...new Set(names)];
};

const fullMatch = (pattern: string, text: string): boolean => pythonRegExp(`^(?:${pattern})$`, "").test(text);

/** Python's named groups are the one spelling that differs in patterns of module names. */
const pythonRegExp = (pattern: string, flags: string): RegExp => {
  try {
    return new RegExp(pattern.replaceAll("(?P<", "(?<"), flags);
  } catch {
    throw new PeftError(`peft: "${pattern}" is not a valid regular expression for module names`);
  }
};

const show = (wanted: readonly string[] | string): string =>
  typeof wanted === "string" ? `"${wanted}"` : `[${wanted.join(", ")}]`;
