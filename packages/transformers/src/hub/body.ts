import { TransformersError } from "../errors";

export interface BodyLimits {
  /** Milliseconds without a byte before the connection counts as broken. */
  readonly timeout: number;
  /** Bytes beyond which nothing is taken. */
  readonly most: number;
}

/** A connection that broke, or on which nothing came for too long. */
export class BrokenOff extends Error {}

/** More came than was announced, or than is allowed. */
export class TooLong extends TransformersError {}

/**
 * The pieces of an answer's body. Throws `BrokenOff`, or `TooLong` before the piece that goes beyond the limit; whoever
 * leaves early lets go of the connection.
 */
export async function* piecesOf(
  response: Response,
  { timeout, most }: BodyLimits,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let taken = 0;
  try {
    for (;;) {
      const part = await within(timeout, reader.read()).catch((error: unknown) => {
        throw new BrokenOff("the connection broke", { cause: error });
      });
      if (part.done) return;
      taken += part.value.byteLength;
      if (taken > most) throw new TooLong(`${response.url} sent more than ${most} bytes`);
      yield part.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A JSON answer; undefined for what is none, or breaks off. */
export const jsonOf = async (response: Response, limits: BodyLimits): Promise<unknown> => {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const piece of piecesOf(response, limits)) pieces.push(piece as Uint8Array<ArrayBuffer>);
    return JSON.parse(await new Blob(pieces).text());
  } catch (error) {
    if (error instanceof TooLong) throw error;
    return undefined;
  }
};

/** The promise, or a rejection when it takes too long. */
export const within = async <T>(milliseconds: number, promise: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new BrokenOff(`nothing came for ${milliseconds / 1000} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
