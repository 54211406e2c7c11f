import type { PretrainedConfig } from "../../config";
import { TransformersError } from "../../errors";
import type { Architecture } from "../architecture";
import type { HeadSpecs } from "./specs";

/** What an architecture says of a head. Throws a `TransformersError` where it has none of that kind. */
export const specOf = <C extends PretrainedConfig, K extends keyof HeadSpecs>(
  head: K,
  { heads }: Architecture<C>,
): HeadSpecs<C>[K] => {
  const spec = (heads as Partial<HeadSpecs<C>>)[head];
  if (spec !== undefined) return spec;
  throw new TransformersError(
    `model: no head "${head}"; this architecture has ${Object.keys(heads).join(", ")}`,
  );
};
