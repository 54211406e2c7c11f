/** Options of ops that the rules of other ops give, too. */

export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export interface ConvAttributes {
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before and behind each sequence. */
  readonly low: number;
  readonly high: number;
  /** Channels fall into so many groups that do not mix: as many as there are channels filter each on its own. */
  readonly groups: number;
}

export type ConvOptions = Partial<ConvAttributes>;

export interface CumsumOptions {
  /** Sum from the end (default false). */
  reverse?: boolean;
  /** Leave the element itself out, so that the first sum is 0 (default false). */
  exclusive?: boolean;
}
