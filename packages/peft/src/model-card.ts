import { PEFT_VERSION, type PeftConfig } from "./config";

/** Whether a README.md is a card of ours, which may be written anew. */
export const isOwnCard = (card: string): boolean => card.trimEnd().endsWith(`- PEFT ${PEFT_VERSION}`);

/** The adapter's README.md: the metadata that the hub reads, and how to load it in both languages. */
export const adapterCard = (config: PeftConfig, baseModel: string | null): string => {
  const base = baseModel ?? "the base model";
  const metadata = [
    ...(baseModel === null ? [] : [`base_model: ${yaml(baseModel)}`]),
    "library_name: peft",
    ...(config.taskType === "CAUSAL_LM" ? ["pipeline_tag: text-generation"] : []),
    "tags:",
    ...(baseModel === null ? [] : [`- ${yaml(`base_model:adapter:${baseModel}`)}`]),
    `- ${config.peftType.toLowerCase()}`,
    "- transformers",
  ];
  return `---
${metadata.join("\n")}
---

# A ${config.peftType} adapter for ${base}

The files hold only what was trained; load them on top of the base model.

\`\`\`python
from peft import PeftModel
from transformers import AutoModelForCausalLM

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(${JSON.stringify(base)}), "path/to/this/folder")
\`\`\`

\`\`\`ts
import { PeftModel } from "@waveft/peft";
import { AutoModelForCausalLM } from "@waveft/transformers";

const model = await PeftModel.fromPretrained(await AutoModelForCausalLM.fromPretrained(${JSON.stringify(base)}), "path/to/this/folder");
\`\`\`

### Framework versions

- PEFT ${PEFT_VERSION}
`;
};

/** Plain where YAML cannot mistake it, else quoted. */
const yaml = (text: string): string =>
  /^[A-Za-z_/][\w./-]*(:[\w./-]+)*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
