/** Whoever reads our lines may leave, as `head -1` does: hours of training do not end with it. */
export const keepGoingWithoutReaders = (...streams: readonly NodeJS.WritableStream[]): void => {
  for (const stream of streams)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
};
