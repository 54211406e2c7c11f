/**
 * The flag's value as PEFT's `target_modules`: names separated by commas are a list of name ends; anything with
 * other characters is a regular expression of whole names; `all-linear` stays.
 */
export const parseTargetModules = (text: string | undefined): readonly string[] | string | null => {
  if (text === undefined || text.trim() === "") return null;
  if (text.toLowerCase() === "all-linear") return "all-linear";
  const names = text.split(",").map((name) => name.trim());
  return names.every((name) => /^[\w.-]*\w$/.test(name)) ? names : text;
};
