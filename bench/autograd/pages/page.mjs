// What Node asks of a page: `open` once, `run` for the seconds of one launch, `result` for the last values.

const base64 = (floats) => {
  const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
};

/** `make(options)` gives a function of no arguments: one launch, as { loss, dx } on the host. */
export const serve = (make) => {
  let launch;
  let last;
  globalThis.bench = {
    open: async (options) => {
      const { launch: made, about } = await make(options);
      launch = made;
      return about;
    },
    run: async () => {
      const start = performance.now();
      last = await launch();
      return (performance.now() - start) / 1000;
    },
    result: () => ({ loss: last.loss, dx: base64(last.dx) }),
  };
};
