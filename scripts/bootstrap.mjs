/**
 * Behind `npm start` and `npm test`: makes a fresh clone ready with nothing but Node and npm, then runs the app's
 * command or the tests. Needs no package, since there may be none yet.
 *
 *   node scripts/bootstrap.mjs start [flags of the command]
 *   node scripts/bootstrap.mjs test [arguments of vitest]
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** `pnpm@<version>`: without the checksum that may follow. */
const pnpm = manifest.packageManager.split("+")[0];
const stamp = join(root, "node_modules", ".waveft-bootstrap");
const windows = process.platform === "win32";

const say = (line) => console.log(`> ${line}`);

const fail = (sentence, code = 1) => {
  console.error(`error: ${sentence}`);
  process.exit(code);
};

const checkNode = () => {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(manifest.engines.node).map(Number);
  const [haveMajor, haveMinor] = process.versions.node.split(".").map(Number);
  if (haveMajor < major || (haveMajor === major && haveMinor < minor))
    fail(`Node ${process.versions.node} is too old; install Node ${major}.${minor} or newer (nodejs.org)`);
};

/** Runs a program to its end with this terminal; a signal to us reaches it. Gives its exit code. */
const run = (program, args, { cwd = root } = {}) =>
  new Promise((resolve) => {
    const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
    const shell = windows && program === "npx";
    const child = spawn(program, args, { cwd, env, shell, stdio: "inherit" });
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the child as well: twice would be once too often.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);
    const end = (code) => {
      for (const signal of signals) process.off(signal, forward);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`error: ${program} cannot be started (${error.message})`);
      end(127);
    });
    child.on("exit", (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 0)));
  });

/** The same, ending this process with the program's exit code when it fails. */
const must = async (program, args) => {
  const code = await run(program, args);
  if (code !== 0) process.exit(code);
};

/** Makes sure that npx gives us pnpm, with a sentence of ours where it does not. */
const fetchPnpm = () => {
  const { status, error, stderr } = spawnSync("npx", ["-y", pnpm, "--version"], {
    cwd: root,
    encoding: "utf8",
    shell: windows,
  });
  if (error !== undefined) fail(`npx cannot be started (${error.message}); install npm, which brings it`);
  if (status === 0) return;
  const reason = stderr.split("\n").find((line) => /npm (error|ERR!)/.test(line)) ?? stderr.trim();
  fail(`${pnpm} cannot be fetched through npx; check the network and npm's registry setting (${reason})`);
};

/** All that decides what `pnpm install` would do. */
const dependencyFiles = () => {
  const members = ["packages", "apps", "tooling"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
  );
  return [
    join(root, "pnpm-lock.yaml"),
    join(root, "pnpm-workspace.yaml"),
    ...[root, join(root, "docs"), join(root, "bench"), ...members].map((folder) =>
      join(folder, "package.json"),
    ),
  ].filter((file) => existsSync(file));
};

const fingerprint = () => {
  const hash = createHash("sha256").update(`${pnpm} ${process.platform} ${process.arch}`);
  for (const file of dependencyFiles().sort())
    hash.update(`\n${relative(root, file)}\n`).update(readFileSync(file));
  return hash.digest("hex");
};

const install = async () => {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say(`fetching ${pnpm} through npx`);
  fetchPnpm();
  say("installing dependencies from pnpm-lock.yaml");
  await must("npx", ["-y", pnpm, "install", "--frozen-lockfile", "--config.confirm-modules-purge=false"]);
  writeFileSync(stamp, wanted);
};

/** Builds what changed since the last build; turbo keeps the account. */
const build = async (...filters) => {
  say("building what changed");
  // Through pnpm, because turbo looks for it on the PATH.
  await must("npx", ["-y", pnpm, "exec", "turbo", "run", "build", "--output-logs=errors-only", ...filters]);
};

const commands = {
  start: async (args) => {
    await build("--filter=waveft-finetuning...");
    const entry = "apps/waveft-finetuning/dist/cli.js";
    say(["node", entry, ...args].join(" "));
    return run(process.execPath, [join(root, entry), ...args]);
  },
  test: async (args) => {
    await build("--filter=./packages/*", "--filter=./apps/*");
    say(["vitest", "run", ...args].join(" "));
    return run(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args]);
  },
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined)
  fail(`bootstrap: no command "${name ?? ""}"; there are ${Object.keys(commands).join(", ")}`, 2);
checkNode();
await install();
process.exitCode = await command(args);
