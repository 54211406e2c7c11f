/**
 * What a file is that stands where another belongs, in the words of a sentence; null where nothing is known.
 *
 * @param start its first characters
 */
export const whatElse = (start: string): string | null => {
  if (start.startsWith("version https://git-lfs"))
    return "it is a Git LFS pointer, which names the file that was not downloaded; fetch it with git lfs pull, or from the hub";
  if (/^\s*(<!doctype|<html|<\?xml|<head)/i.test(start))
    return "it is a web page, such as a server gives for an address that is wrong or needs a login";
  return null;
};
