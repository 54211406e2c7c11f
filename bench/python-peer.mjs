import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A long-lived Python program that answers each line of JSON with one. Its first line says hello:
 * `{ versions }`, or `{ error }` where it cannot work.
 */
export async function startPython(python, script) {
  const child = spawn(python, ["-u", script], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => {}); // a dead child is told of by its missing answer
  const failed = new Promise((_, reject) => {
    child.on("error", (error) => reject(new Error(`${python} cannot be started (${error.code})`)));
    child.on("exit", (code) => reject(new Error(`${python} ended early (exit code ${code})`)));
  });
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) return failed;
    return JSON.parse(value);
  };
  const hello = await read();
  if (hello.error !== undefined) throw new Error(`${python}: ${hello.error}`);
  return {
    versions: hello.versions,
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return read();
    },
    stop() {
      child.removeAllListeners("exit");
      child.stdin.end();
    },
  };
}
