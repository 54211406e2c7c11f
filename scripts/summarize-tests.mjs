/**
 * Prints the sum of a test run as `N passed, N failed[, N skipped]`, from a folder with vitest's JSON report
 * (`tests.json`) and the run's exit code (`code`). A file that could not be run counts as one failed test, and so
 * does a run that ended badly without one: nothing that went wrong can look like success.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const report = join(folder, "tests.json");
const files = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
const exitCode = Number(readFileSync(join(folder, "code"), "utf8"));

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const { status, assertionResults } of files) {
  for (const { status } of assertionResults)
    sum[status === "passed" || status === "failed" ? status : "skipped"]++;
  if (status === "failed" && !assertionResults.some((test) => test.status === "failed")) sum.failed++;
}
if (exitCode !== 0 && sum.failed === 0) sum.failed++;

const { passed, failed, skipped } = sum;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
