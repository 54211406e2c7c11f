import type { LinearLayer, Module } from "@waveft/autograd";
import { pythonRegExp, type SafeMatch, type SafeRegExp } from "@waveft/transformers";
import { isAdaptedLinear } from "./adapted-linear";
import { isBaseLayer } from "./base-layer";
import type { PeftFields } from "./config";
import type { DefaultTargets } from "./default-targets";
import { PeftError } from "./errors";
import { shown, some } from "./field-types";

/** A layer of the base model that a config selects. */
export interface Target {
  readonly name: string;
  readonly layer: LinearLayer;
}

export interface FoundTargets {
  /** In model order. */
  readonly targets: readonly Target[];
  /** What PEFT writes as `target_modules`. */
  readonly targetModules: readonly string[] | string;
  /** Whether `excludeModules` names no module of the model. */
  readonly excludesNothing: boolean;
}

/** What of a config decides its targets. */
type Rules = Pick<
  PeftFields,
  "targetModules" | "excludeModules" | "modulesToSave" | "layersToTransform" | "layersPattern"
>;

/** What of a model decides a config's targets. */
export interface TargetModel extends Module {
  readonly config: { readonly modelType: string };
  /** The layer that gives the logits, which PEFT leaves out of `all-linear`. */
  getOutputEmbeddings?(): Module;
}

type Named = readonly [name: string, module: Module];

/**
 * The layers that a config adapts.
 *
 * @throws PeftError when a matched module is not a linear layer, or nothing matches (it lists what would)
 */
export const findTargets = (
  model: TargetModel,
  config: Rules,
  defaultTargets: DefaultTargets,
): FoundTargets => {
  const { modelType } = model.config;
  const given =
    config.targetModules ??
    (Object.hasOwn(defaultTargets, modelType) ? defaultTargets[modelType] : undefined);
  if (given === undefined)
    throw new PeftError(
      `peft: no default targetModules for model type "${modelType}"; name some of ${linearEndings(model).join(", ")}`,
    );
  const modules = baseModules(model);
  const targetModules = resolve(given, model, modules);
  const isTarget = nameTest(targetModules);
  const isExcluded = exclusionOf(config);
  const named = modules.filter(([name]) => isTarget(name));
  const kept = named.filter(([name]) => !isExcluded(name));
  const chosen = kept.filter(([name]) => isInLayers(name, targetModules, config));
  if (chosen.length === 0)
    throw new PeftError(
      `peft: ${whyNone(given, named, kept)}; its linear layers are ${linearEndings(model).join(", ")}`,
    );
  const targets = chosen.map(([name, module]): Target => {
    if (isBaseLayer(module)) return { name, layer: module };
    throw new PeftError(
      `peft: target module ${name} is of kind ${module.kind}; only Linear layers can be adapted, such as ${linearEndings(model).join(", ")}`,
    );
  });
  const excludesNothing = !isEmpty(config.excludeModules) && !modules.some(([name]) => isExcluded(name));
  return { targets, targetModules, excludesNothing };
};

const whyNone = (
  given: readonly string[] | string,
  named: readonly Named[],
  kept: readonly Named[],
): string => {
  if (isEmpty(given)) return "targetModules is empty; name layers of this model";
  const what = `targetModules ${typeof given === "string" ? `"${given}"` : `[${given.length > 20 ? some(given) : given.join(", ")}]`}`;
  if (named.length === 0 && typeof given !== "string" && given.includes("all-linear"))
    return `${what} match no layer of this model: "all-linear" stands alone, in no list`;
  if (named.length === 0) return `${what} match no layer of this model`;
  if (kept.length === 0) return `all that ${what} match is left out by excludeModules or modulesToSave`;
  return `layersToTransform (and layersPattern) leave nothing of what ${what} match`;
};

/** The model's modules by name, adapters' insides left out. */
const baseModules = (model: Module): Named[] => {
  const modules: Named[] = [];
  const walk = (parent: Module, prefix: string): void => {
    for (const [name, child] of parent.children()) {
      modules.push([`${prefix}${name}`, child]);
      if (!isAdaptedLinear(child)) walk(child, `${prefix}${name}.`);
    }
  };
  walk(model, "");
  return modules;
};

/** `all-linear` becomes the names of all linear layers but the head; long lists are made short. */
const resolve = (
  given: readonly string[] | string,
  model: TargetModel,
  modules: readonly Named[],
): readonly string[] | string => {
  if (typeof given !== "string") return condense(given, modules);
  if (given.toLowerCase() !== "all-linear") return given;
  const head = model.getOutputEmbeddings?.();
  const linear = modules.filter(([, module]) => isBaseLayer(module) && module !== head);
  return condense(
    linear.map(([name]) => name),
    modules,
  );
};

/** PEFT writes lists of this many names or more as the shortest endings that select the same modules. */
const CONDENSE_FROM = 20;

const condense = (given: readonly string[], modules: readonly Named[]): readonly string[] => {
  const names = [...new Set(given)];
  if (names.length < CONDENSE_FROM) return names;
  const isNamed = nameTest(names);
  const foreign = new Set(modules.flatMap(([name]) => (isNamed(name) ? [] : endingsOf(name))));
  const byEnding = names
    .map((name) => ({ endings: endingsOf(name) }))
    .sort((a, b) => compareLists(a.endings, b.endings));
  const chosen = new Set<string>();
  for (const { endings } of byEnding) {
    if (endings.some((ending) => chosen.has(ending))) continue;
    const ending = endings.find((candidate) => !foreign.has(candidate));
    if (ending !== undefined) chosen.add(ending);
  }
  return chosen.size > 0 && chosen.size < names.length ? [...chosen] : names;
};

/** Dotted endings, the shortest first. */
const endingsOf = (name: string): string[] => {
  const parts = name.split(".");
  return parts.map((_, i) => parts.slice(parts.length - 1 - i).join("."));
};

const compareLists = (a: readonly string[], b: readonly string[]): number => {
  const differing = a.findIndex((item, i) => item !== b[i]);
  if (differing < 0) return a.length - b.length;
  const other = b[differing];
  return other === undefined || a[differing]! > other ? 1 : -1;
};

type NameTest = (name: string) => boolean;

/** A list holds names and dotted endings; a string is a regular expression over the whole name. */
const nameTest = (wanted: readonly string[] | string): NameTest => {
  if (typeof wanted === "string") return (name) => fullMatch(wanted, name);
  const endings = new Set(wanted);
  return (name) => endingsOf(name).some((ending) => endings.has(ending));
};

const isEmpty = (wanted: readonly string[] | string | null): boolean =>
  wanted === null || wanted.length === 0;

/** What `excludeModules` names, and what is trained whole, with anything in it. */
const exclusionOf = ({ excludeModules, modulesToSave }: Rules): NameTest => {
  const isNamed = isEmpty(excludeModules) ? () => false : nameTest(excludeModules!);
  const saved = [...new Set(modulesToSave)];
  // PEFT reads them as regular expressions; most are plain.
  const parts = new Set(saved.filter((name) => /^\w+$/.test(name)));
  const patterns = saved.filter((name) => !parts.has(name));
  return (name) =>
    isNamed(name) ||
    name.split(".").some((part) => parts.has(part)) ||
    patterns.some((pattern) => fullMatch(pattern, name, (own) => `(?:.*\\.)?${own}(?:\\..*)?`));
};

const anyList = ".*?\\.[^.]*";

/** The index of the block that a name lies in must be one of `layersToTransform`; a name given in full passes. */
const isInLayers = (name: string, targetModules: readonly string[] | string, config: Rules): boolean => {
  const { layersToTransform, layersPattern } = config;
  const indices = typeof layersToTransform === "number" ? [layersToTransform] : (layersToTransform ?? []);
  if (indices.length === 0 || typeof targetModules === "string" || targetModules.includes(name)) return true;
  const given = typeof layersPattern === "string" ? [layersPattern] : (layersPattern ?? []);
  const lists =
    given.length > 0 && given[0] !== "" ? given.map((list) => [`(?:.*?\\.)?(?:${list})`, list]) : [[anyList]];
  const found = lists
    .map(([list, own = anyList]) => matched(`\\A${list}\\.(?P<waveft_index>\\d+)\\.`, own, name))
    .find(Boolean);
  const index = found?.groups.waveft_index;
  return index !== undefined && indices.includes(Number(index));
};

/**
 * The value of the first pattern, in order, that the name ends in; patterns are regular expressions that
 * match the end of a name from a dot on.
 */
export const patternValue = (patterns: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.entries(patterns).find(([pattern]) =>
    /^[\w.]+$/.test(pattern)
      ? endsAs(name, pattern)
      : fullMatch(pattern, name, (own) => `(?:.*\\.)?(?:${own})`),
  )?.[1];

/** Whether a name ends, from a dot on, in a pattern of letters and dots, which stand for any character. */
const endsAs = (name: string, pattern: string): boolean => {
  const start = name.length - pattern.length;
  if (start < 0 || (start > 0 && name[start - 1] !== ".")) return false;
  for (let i = 0; i < pattern.length; i++)
    if (pattern[i] !== "." && pattern[i] !== name[start + i]) return false;
  return true;
};

/** Last parts of the names of all linear layers: what users may give as targets. */
const linearEndings = (model: TargetModel): string[] => {
  const head = model.getOutputEmbeddings?.();
  const names = baseModules(model)
    .filter(([, module]) => isBaseLayer(module) && module !== head)
    .map(([name]) => name.slice(name.lastIndexOf(".") + 1));
  return [...new Set(names)];
};

/** @param within what the pattern stands in */
const fullMatch = (pattern: string, text: string, within = (own: string): string => own): boolean => {
  const inline = /^\(\?[aimsux]+\)/.exec(pattern)?.[0] ?? "";
  const rest = pattern.slice(inline.length);
  return matched(`${inline}\\A(?:${within(rest)})\\Z`, pattern, text) !== null;
};

const compiled = new Map<string, SafeRegExp>();
/** A pattern for each layer of a large model. */
const MAX_COMPILED = 2048;

/**
 * The first match of a pattern in Python's syntax; its work is bounded, whatever a downloaded adapter holds.
 *
 * @param own the part that a config holds, for the message
 */
const matched = (pattern: string, own: string, text: string): SafeMatch | null => {
  try {
    let regExp = compiled.get(pattern);
    if (regExp === undefined) {
      regExp = pythonRegExp(pattern);
      if (compiled.size >= MAX_COMPILED) compiled.clear();
      compiled.set(pattern, regExp);
    }
    return regExp.exec(text);
  } catch (error) {
    if (error instanceof RangeError)
      throw new PeftError(`peft: the regular expression ${shown(own)} on the name ${text}: ${error.message}`);
    if (!(error instanceof SyntaxError)) throw error;
    throw new PeftError(
      `peft: ${shown(own)} is not a valid regular expression (${error.message}); a targetModules or excludeModules that is no list, layersPattern, modulesToSave and the keys of patterns must be`,
    );
  }
};
