import type { Architecture } from "./architecture";
import { bert } from "./bert";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";
import { mistral } from "./mistral";
import { opt } from "./opt";
import { qwen2 } from "./qwen2";
import { qwen3 } from "./qwen3";

/** Every architecture by its `model_type`. A new one is its own file and one line here. */
export const architectures = {
  bert,
  gpt2,
  llama,
  mistral,
  opt,
  qwen2,
  qwen3,
} satisfies Record<string, Architecture>;
