// SPDX-License-Identifier: GPL-3.0-or-later

/** What the output of one suite says. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of each failed test the full title and the error, as the runner tells them at its end. */
  readonly failures: readonly string[];
}

/** Of a suite that broke off, the end of the output usually says why. */
const LAST_LINES = 40;

/**
 * Reads the closing lines of Mocha and of Hardhat's Solidity tests: "12 passing", "1 failing", "2 pending" or
 * "2 skipped", then the failed tests, numbered.
 */
export function outcomeOf(output: string, code: number): Outcome {
  const passed = count(output, "passing");
  const skipped = count(output, "(?:pending|skipped)");
  const failed = count(output, "failing");
  if (failed > 0) return { passed, failed, skipped, failures: listed(output, failed) };
  if (code !== 0) {
    const end = output.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
    return { passed, failed: 1, skipped, failures: [`It ended with exit code ${code}.\n${end}`] };
  }
  if (passed === 0) return { passed, failed: 1, skipped, failures: ["It ran no test."] };
  return { passed, failed, skipped, failures: [] };
}

/** Every failed test again, suite by suite; empty when nothing failed. */
export function retold(outcomes: ReadonlyMap<string, Outcome>): string {
  const told = [...outcomes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([suite, { failures }]) => failures.map((failure) => `--- ${suite}\n${failure}\n`));
  return told.length === 0 ? "" : `===== failed =====\n${told.join("\n")}`;
}

function count(output: string, word: string): number {
  let sum = 0;
  for (const match of output.matchAll(new RegExp(`^ *(\\d+) ${word}(?: \\(|$)`, "gm")))
    sum += Number(match[1]);
  return sum;
}

/** The tests listed after "N failing". A list that cannot be told apart is one text, so that nothing gets lost. */
function listed(output: string, failed: number): string[] {
  const list = output.slice(/^ *\d+ failing$/m.exec(output)!.index).replace(/^.*\n/, "");
  const starts = [...list.matchAll(/^ {2}(\d+)\) /gm)];
  const inOrder = starts.every(([, number], i) => Number(number) === i + 1);
  if (starts.length !== failed || !inOrder) return [list.trim()];
  return starts.map(({ index }, i) => list.slice(index, starts[i + 1]?.index).trim());
}
