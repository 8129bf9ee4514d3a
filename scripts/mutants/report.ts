// SPDX-License-Identifier: GPL-3.0-or-later
import type { Mutant } from "./operators.ts";

/** What became of one mutant. */
export interface Row {
  readonly key: string;
  readonly line: number;
  readonly operator: string;
  /** `identical`: same bytecode; `invalid`: does not compile, or is too large to deploy. Neither counts as a mutant. */
  readonly status: "killed" | "survived" | "identical" | "invalid";
  /** What became of it in its first run, before any test was written because of it. */
  readonly first: Row["status"];
  /** The test that failed. */
  readonly by: string;
  readonly seconds: number;
}

interface Survivor {
  readonly key: string;
  readonly line: number;
}

export interface Summary {
  readonly name: string;
  readonly file: string;
  /** All that the operators make of the file. */
  readonly mutants: number;
  readonly run: number;
  readonly invalid: number;
  readonly identical: number;
  readonly killed: number;
  readonly explained: number;
  readonly explanations: readonly (Survivor & { readonly reason: string })[];
  readonly survivors: readonly Survivor[];
  /** Killed of those that compile to other bytes, in per cent, before any explanation; undefined if none ran. */
  readonly rawRate: number | undefined;
  /** The same in each mutant's first run: what to expect of mutants that were not run. */
  readonly firstRate: number | undefined;
  /** Ways that the code can take at an `if`, a loop or `?:`: all, and those that a killed mutant shows a test to depend on. */
  readonly branches: number;
  readonly branchesKilled: number;
  /** Of the others, those without which the code does the same, by `explained.json`. */
  readonly branchesExplained: number;
  readonly secondsEach: number;
}

/** Mutants that always take one way at a branch, so that no test can kill them without taking the other. */
export const BRANCH_OPERATORS: ReadonlySet<string> = new Set(["drop revert", "never", "always"]);

export function summarize(
  name: string,
  file: string,
  mutants: readonly Mutant[],
  rows: ReadonlyMap<string, Row>,
  explained: Readonly<Record<string, string>>,
): Summary {
  const keys = new Set(mutants.map(({ key }) => key));
  for (const key of Object.keys(explained)) {
    if (!keys.has(key))
      throw new Error(`explained.json explains "${key}", which is not a mutant of ${name}.`);
  }
  const run = mutants.flatMap(({ key }) => rows.get(key) ?? []);
  const of = (status: Row["status"]) => run.filter((row) => row.status === status);
  const survived = of("survived");
  const killed = of("killed").length;
  const counted = killed + survived.length;
  const killedFirst = run.filter(({ first }) => first === "killed").length;
  const branches = mutants.filter(({ operator }) => BRANCH_OPERATORS.has(operator));
  const percent = (part: number) => (counted === 0 ? undefined : Math.round((1000 * part) / counted) / 10);
  return {
    name,
    file,
    mutants: mutants.length,
    run: run.length,
    invalid: of("invalid").length,
    identical: of("identical").length,
    killed,
    explained: survived.filter(({ key }) => explained[key] !== undefined).length,
    explanations: survived.flatMap(({ key, line }) => {
      const reason = explained[key];
      return reason === undefined ? [] : [{ key, line, reason }];
    }),
    survivors: survived
      .filter(({ key }) => explained[key] === undefined)
      .map(({ key, line }) => ({ key, line })),
    rawRate: percent(killed),
    firstRate: percent(killedFirst),
    branches: branches.length,
    branchesKilled: branches.filter(({ key }) => rows.get(key)?.status === "killed").length,
    branchesExplained: branches.filter(
      ({ key }) => rows.get(key)?.status === "survived" && explained[key] !== undefined,
    ).length,
    secondsEach:
      run.length === 0
        ? 0
        : Math.round((10 * run.reduce((sum, row) => sum + row.seconds, 0)) / run.length) / 10,
  };
}

const code = (text: string) => `\`${text.replaceAll("|", "\\|").replaceAll("`", "'")}\``;

type Branches = Pick<Summary, "branches" | "branchesKilled" | "branchesExplained">;

function branchesOf({ branches, branchesKilled, branchesExplained }: Branches): string {
  const explained = branchesExplained === 0 ? "" : ` + ${branchesExplained}`;
  return `${branchesKilled}${explained} of ${branches}`;
}

export function markdown(summaries: readonly Summary[]): string {
  const lines = [
    "# Mutants of the contracts, and the tests that notice them",
    "",
    "Written by `npm run mutants -- --report` from its latest runs; `scripts/mutants/operators.ts` says what a mutant",
    "is. Each is judged by all of `test/contracts/` but the gas scenario, and, if it passes those, by the Solidity tests",
    "(256 runs per property). Where fewer were run than there are, the ones run are those of branches, and of the others a random",
    "sample (seeded shuffle).",
    "Mutants are compiled without the optimizer. A survivor is compiled again as built, and not counted if it outgrows EIP-170",
    "(invalid) or compiles to the same bytes. What does not compile is invalid too. The raw rate",
    "counts explained survivors as misses. The first rate is the raw rate before any test was written because of a survivor,",
    "and so what to expect of the mutants that were not run. Branches: ways to go on at an `if`, a loop or `?:`, and how many",
    "of them are covered: the mutant that never takes it was killed. At an `if` that reverts only the revert is counted. After the",
    "plus are ways without which the code does the same, but for gas.",
    "",
    "| contract | mutants | run | invalid | same bytes | killed | explained | survivors | raw rate | first rate | branches |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const s of summaries) {
    const label = s.file.replace(/^contracts\/|\.sol$/g, "");
    const [raw, first] = [s.rawRate, s.firstRate].map((rate) =>
      rate === undefined ? "not run" : `${rate.toFixed(1)} %`,
    );
    lines.push(
      `| ${label} | ${s.mutants} | ${s.run}${s.run === s.mutants ? " (all)" : ""} | ${s.invalid} | ${s.identical} | ${s.killed} | ${s.explained} | ${s.survivors.length} | ${raw} | ${first} | ${branchesOf(s)} |`,
    );
  }
  const sum = (pick: (summary: Summary) => number) => summaries.reduce((total, s) => total + pick(s), 0);
  const killed = sum((s) => s.killed);
  const counted = killed + sum((s) => s.explained + s.survivors.length);
  lines.push(
    `| all | ${sum((s) => s.mutants)} | ${sum((s) => s.run)} | ${sum((s) => s.invalid)} | ${sum((s) => s.identical)} | ${killed} | ${sum((s) => s.explained)} | ${sum((s) => s.survivors.length)} | ${counted === 0 ? "not run" : `${((100 * killed) / counted).toFixed(1)} %`} | | ${branchesOf({ branches: sum((s) => s.branches), branchesKilled: sum((s) => s.branchesKilled), branchesExplained: sum((s) => s.branchesExplained) })} |`,
  );

  lines.push("", "## Explained: no test could or should tell them apart", "");
  const explanations = summaries.flatMap((s) => s.explanations.map((e) => ({ file: s.file, ...e })));
  if (explanations.length === 0) lines.push("None.");
  else lines.push("| where | mutant | why |", "|---|---|---|");
  for (const { file, line, key, reason } of explanations)
    lines.push(`| ${file}:${line} | ${code(key)} | ${reason} |`);

  lines.push("", "## Survivors", "");
  const survivors = summaries.flatMap((s) => s.survivors.map((e) => ({ file: s.file, ...e })));
  if (survivors.length === 0) lines.push("None among those run.");
  else lines.push("| where | mutant |", "|---|---|");
  for (const { file, line, key } of survivors) lines.push(`| ${file}:${line} | ${code(key)} |`);
  return `${lines.join("\n")}\n`;
}
