import { LoraConfig, type PeftConfig, WaveFTConfig } from "../src";

/** What the suites change in a row's config. */
export interface RowFields {
  readonly targetModules?: readonly string[] | string;
  readonly bias?: string;
  readonly modulesToSave?: readonly string[];
}

/** A method with some settings: what the shared suites run on. A new method takes a row or two here. */
export interface MethodRow {
  readonly name: string;
  readonly peftType: string;
  /** An adapter for layers of at least 5×5; the second kind differs in what the method has to differ in. */
  readonly config: (fields?: RowFields, kind?: "first" | "second") => PeftConfig;
}

const layers = { targetModules: ["first", "second"] };

const waveft = (name: string, fields: ConstructorParameters<typeof WaveFTConfig>[0]): MethodRow => ({
  name: `WaveFT ${name}`,
  peftType: "WAVEFT",
  config: (given, kind = "first") =>
    new WaveFTConfig({
      ...layers,
      nFrequency: kind === "first" ? 6 : 4,
      randomLocSeed: kind === "first" ? 777 : 5,
      scaling: 3,
      ...fields,
      ...given,
    }),
});

const lora = (name: string, fields: ConstructorParameters<typeof LoraConfig>[0]): MethodRow => ({
  name: `LoRA ${name}`,
  peftType: "LORA",
  config: (given, kind = "first") =>
    new LoraConfig({
      ...layers,
      r: kind === "first" ? 2 : 3,
      loraAlpha: kind === "first" ? 5 : 2,
      ...fields,
      ...given,
    }),
});

export const methodRows: readonly MethodRow[] = [
  waveft("db1", { waveletFamily: "db1" }),
  waveft("db4", { waveletFamily: "db4" }),
  waveft("bior2.2", { waveletFamily: "bior2.2" }),
  waveft("direct", { useIdwt: false }),
  lora("plain", {}),
  lora("rslora", { useRslora: true }),
];
