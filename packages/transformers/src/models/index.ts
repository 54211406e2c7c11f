import type { Architecture } from "./architecture";
import { bert } from "./bert";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";
import { opt } from "./opt";

/** Every architecture by its `model_type`. A new one is its own file and one line here. */
export const architectures = {
  bert,
  gpt2,
  llama,
  opt,
} satisfies Record<string, Architecture>;
