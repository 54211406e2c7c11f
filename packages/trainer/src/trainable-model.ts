import type { Device, DropoutSeed, Module, Tensor } from "@waveft/autograd";

/** What a trainer needs of a model, whatever it is trained for: a `PreTrainedModel` or a `PeftModel`. */
export interface TrainableModel extends Module {
  readonly device?: Device;
  readonly dropoutSeed?: DropoutSeed;
  readonly config: {
    readonly maxPositionEmbeddings?: number;
    readonly vocabSize?: number;
    readonly modelType?: string;
    readonly numLabels?: number;
  };
  forward(inputs: never): { readonly logits: Tensor };
  savePretrained(folder: string): Promise<void>;
  gradientCheckpointingEnable?(): void;
}
