import {
  add,
  argmax,
  binaryCrossEntropyWithLogits,
  cast,
  constant,
  crossEntropyLoss,
  Dropout,
  dependsOn,
  equal,
  type HostTensor,
  Linear,
  type LinearLayer,
  type LossOptions,
  logicalNot,
  mean,
  mseLoss,
  mul,
  reshape,
  structureOf,
  sum,
  type Tensor,
} from "@waveft/autograd";
import type { ProblemType, TextConfig } from "../../config";
import type { Architecture } from "../architecture";
import type { TokenInputs } from "../inputs";
import { logitsOf, type PredictOptions, type Prompts, rowsOf } from "../prediction";
import { type ModelOptions, PreTrainedModel } from "../pretrained-model";
import { specOf } from "./spec-of";
import type { SequenceClassifierSpec } from "./specs";

/** What a sequence classifier computes on: rows of tokens, each holding one example, or several with `logitsAt`. */
export interface SequenceClassifierInputs {
  /** Token ids, int32 [rows, length]. */
  readonly inputIds: Tensor;
  /**
   * Position of each token in its own example, from 0, int32 [rows, length]. Its place in the row when absent; Python
   * does so too, but for OPT, whose positions it counts from the first token behind padding on the left.
   */
  readonly positionIds?: Tensor;
  /**
   * The example that each token belongs to, int32 [rows, length]; 0 is padding, so that an attention mask will do.
   * Tokens see their own example only. One example a row, without padding, when absent.
   */
  readonly segmentIds?: Tensor;
  /** Which of the texts in an example each token belongs to, int32 [rows, length], for BERT. Zeros when absent. */
  readonly tokenTypeIds?: Tensor;
  /**
   * The token of each example that its logits come from: indices into rows · length, int32 [m]. When absent, each
   * row's: BERT's first token, and for decoders what Python takes, the last that is not `padTokenId`, or where the
   * configuration has none, the last that is not padding.
   */
  readonly logitsAt?: Tensor;
}

export interface SequenceClassifierOutputs {
  /** float32 [rows, numLabels], or [m, numLabels] with `logitsAt`. */
  readonly logits: Tensor;
}

/** A classifier of whole texts: what `AutoModelForSequenceClassification` returns. */
export class SequenceClassifier<C extends TextConfig = TextConfig> extends PreTrainedModel<C> {
  readonly head: LinearLayer;
  readonly dropout: Dropout;
  readonly #spec: SequenceClassifierSpec<C>;
  readonly #prefix: string;

  constructor(config: C, options: ModelOptions, architecture: Architecture<C>) {
    const spec = specOf("sequenceClassification", architecture);
    super(config, options, architecture, spec.kind, { head: spec.layer });
    this.dropout = new Dropout(spec.dropout?.(config) ?? 0, this.dropoutSeed);
    this.head = new Linear(this.backbone.width, config.numLabels, {
      bias: spec.bias ?? false,
      dtype: options.dtype,
    });
    this.#spec = spec;
    this.#prefix = architecture.baseModelPrefix;
  }

  override forward(inputs: SequenceClassifierInputs): SequenceClassifierOutputs {
    dependsOn(this, () => structureOf(this));
    const full = completed(inputs);
    const { hidden } = this.backbone.forward({ ...full, logitsAt: inputs.logitsAt ?? this.#tokensOf(full) });
    const pooled = this.backbone.pool?.(hidden) ?? hidden;
    return { logits: this.head.forward(this.dropout.forward(pooled)) };
  }

  /** float32 [texts, numLabels]. */
  override async predict(prompts: Prompts, options: PredictOptions = {}): Promise<HostTensor> {
    return logitsOf(this, rowsOf(prompts, options, this.config));
  }

  override get newLayers(): readonly string[] {
    const { layer, newLayers = [] } = this.#spec;
    return [layer, ...newLayers.map((name) => `${this.#prefix}.${name}`)];
  }

  #tokensOf({ inputIds, segmentIds }: TokenInputs): Tensor {
    if (this.#spec.token === "first") return firstTokens(inputIds);
    const { padTokenId } = this.config;
    return padTokenId === null ? lastTokens(segmentIds, 0) : lastTokens(inputIds, padTokenId);
  }

  /** Which of its tokens stands for a text. */
  get labelledToken(): "first" | "last" {
    return this.#spec.token;
  }

  /** What the loss is: as the configuration says, else squared differences for one label, else by the labels. */
  problemTypeOf({ areIntegers }: { readonly areIntegers: boolean }): ProblemType {
    const { numLabels, problemType } = this.config;
    if (problemType !== null) return problemType;
    if (numLabels === 1) return "regression";
    return areIntegers ? "single_label_classification" : "multi_label_classification";
  }

  /**
   * The loss, by `problemTypeOf` the labels: squared differences (float32 labels shaped as the logits, or [rows] for one
   * label), cross entropy (int32 labels [rows], −100 for none), or binary cross entropy of each label (float32 [rows,
   * numLabels]).
   *
   * @param options reduction: the mean (default), the sum of the examples' losses, or these themselves, [rows]; the loss
   * of an example is the mean over its labels
   */
  loss(logits: Tensor, labels: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
    const areIntegers = labels.dtype === "int32";
    const kind = this.problemTypeOf({ areIntegers });
    if (kind === "single_label_classification") return crossEntropyLoss(logits, labels, { reduction });
    const shaped = this.config.numLabels === 1 ? reshape(labels, logits.shape) : labels;
    const targets = areIntegers && kind === "regression" ? cast(shaped, "float32") : shaped;
    const lossOf = kind === "regression" ? mseLoss : binaryCrossEntropyWithLogits;
    if (reduction === "mean") return lossOf(logits, targets);
    const losses = mean(lossOf(logits, targets, { reduction: "none" }), { axes: -1 });
    return reduction === "sum" ? sum(losses) : losses;
  }
}

/** The inputs with what is absent filled in, but for `tokenTypeIds` and `logitsAt`. */
const completed = (inputs: SequenceClassifierInputs) => {
  const { shape, size } = inputs.inputIds;
  const length = shape[1]!;
  const places = () => Int32Array.from({ length: size }, (_, i) => i % length);
  return {
    ...inputs,
    positionIds: inputs.positionIds ?? constant(places(), shape),
    segmentIds: inputs.segmentIds ?? constant(new Int32Array(size).fill(1), shape),
  };
};

/** Index of each row's first token, int32 [rows]. */
const firstTokens = ({ shape: [rows, length] }: Tensor): Tensor =>
  constant(
    Int32Array.from({ length: rows! }, (_, row) => row * length!),
    [rows!],
  );

/** Index of the last token of each row that is not `padding`; of the first where all are. int32 [rows]. */
const lastTokens = (ids: Tensor, padding: number): Tensor => {
  const length = ids.shape[1]!;
  const real = cast(logicalNot(equal(ids, padding)), "int32");
  const places = constant(
    Int32Array.from({ length }, (_, place) => place),
    [length],
  );
  return add(firstTokens(ids), argmax(mul(real, places), 1));
};
