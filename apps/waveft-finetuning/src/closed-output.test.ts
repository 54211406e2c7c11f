import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { keepGoingWithoutReaders } from "./closed-output";

const failing = (code: string) =>
  new Writable({ write: (_, __, done) => done(Object.assign(new Error(code), { code })) });

it("a reader that leaves is no fault; anything else is one", async () => {
  const [left, full] = [failing("EPIPE"), failing("ENOSPC")];
  keepGoingWithoutReaders(left, full);
  left.write("a line");
  await new Promise(setImmediate);
  expect(left.errored).toMatchObject({ code: "EPIPE" });
  expect(() => full.emit("error", Object.assign(new Error("full"), { code: "ENOSPC" }))).toThrow("full");
});
