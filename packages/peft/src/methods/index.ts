import type { AdapterMethod } from "../method";
import { lora } from "./lora";
import { waveft } from "./waveft";

/** Adapter methods by `peft_type`: a new one is its own file and one line here. */
export const methods = {
  LORA: lora,
  WAVEFT: waveft,
} satisfies Record<string, AdapterMethod>;
