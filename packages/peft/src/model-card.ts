import { PEFT_VERSION, type PeftConfig } from "./config";

/** The adapter's README.md: the metadata that the hub reads, and how to load it in both languages. */
export const adapterCard = (config: PeftConfig, baseModel: string | null): string => {
  const base = baseModel ?? "the base model";
  const metadata = [
    ...(baseModel === null ? [] : [`base_model: ${baseModel}`]),
    "library_name: peft",
    ...(config.taskType === "CAUSAL_LM" ? ["pipeline_tag: text-generation"] : []),
    "tags:",
    ...(baseModel === null ? [] : [`- base_model:adapter:${baseModel}`]),
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

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("${base}"), "path/to/this/folder")
\`\`\`

\`\`\`ts
import { PeftModel } from "@waveft/peft";
import { AutoModelForCausalLM } from "@waveft/transformers";

const model = await PeftModel.fromPretrained(await AutoModelForCausalLM.fromPretrained("${base}"), "path/to/this/folder");
\`\`\`

### Framework versions

- PEFT ${PEFT_VERSION}
`;
};
