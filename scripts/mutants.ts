// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mutation tests. Takes hours in full, so `npm test` does not run it: `npm run mutants -- --help`.
// scripts/mutants/contracts.ts says which files are mutated, and which tests are tried first.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBreaks, tryBreak } from "./mutants/breaks.ts";
import { type Compiler, openCompiler } from "./mutants/compiler.ts";
import { mochaFiles, mutatedFiles } from "./mutants/contracts.ts";
import { type Mutant, mutantsOf } from "./mutants/operators.ts";
import { parseOptions, USAGE } from "./mutants/options.ts";
import { build, copyProject, type Project, type Run } from "./mutants/project.ts";
import { BRANCH_OPERATORS, markdown, type Row, summarize } from "./mutants/report.ts";
import { shuffled } from "./mutants/shuffled.ts";
import { runInlined, runStateful } from "./mutants/solidity.ts";

const root = join(import.meta.dirname, "..");
const results = join(root, "build/mutants");
/** Bytes of runtime code, EIP-170. */
const MAX_CODE = 24_576;
/** A run of tests without mutation may take this long; with one five times as long as that took. */
const CONTROL_TIMEOUT = 1_200_000;
const SLOWER = 5;

const files = mutatedFiles(root);
const options = (() => {
  try {
    return parseOptions(process.argv.slice(2), [...files.keys()]);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
})();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const digest = (source: string) => createHash("sha256").update(source).digest("hex").slice(0, 16);
const resultsOf = (name: string) => join(results, `${name}.jsonl`);

/** Results of this very source; of a mutant that ran again, the later one. */
function readRows(name: string, source: string): Map<string, Row> {
  if (!existsSync(resultsOf(name))) return new Map();
  const rows = readFileSync(resultsOf(name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row & { source: string })
    .filter((row) => row.source === digest(source));
  const found = new Map<string, Row>();
  for (const row of rows) found.set(row.key, { ...row, first: found.get(row.key)?.first ?? row.status });
  return found;
}

function mutated(source: string, { start, end, replacement }: Mutant): string {
  const bytes = Buffer.from(source);
  return bytes.subarray(0, start).toString() + replacement + bytes.subarray(end).toString();
}

const progress = (text: string) => console.error(text);

function judge(
  name: string,
  source: string,
  mutant: Mutant,
  compiler: Compiler,
  project: Project,
  timeouts: Timeouts,
  isExplained: boolean,
): Pick<Row, "status" | "by"> {
  const file = files.get(name)!;
  const changed = mutated(source, mutant);
  const codes = compiler.codesWith(file, changed);
  if (codes === undefined) return { status: "invalid", by: "it does not compile" };
  if (compiler.meansTheSame(codes)) return IDENTICAL;
  const mocha = project.withCodes(codes, () => project.test("mocha", mochaFiles(root, name), timeouts.mocha));
  if (!mocha.passed) return { status: "killed", by: mocha.by };
  // It is known why no test tells it apart: the tests in TypeScript were asked whether that is still so.
  if (isExplained) return { status: "survived", by: "" };
  const stateful = runStateful(project, codes, timeouts.solidity);
  if (!stateful.passed) return { status: "killed", by: stateful.by };
  const inlined = runInlined(project, compiler, { file, source: changed, codes }, timeouts.solidity);
  if (!inlined.passed) return { status: "killed", by: inlined.by };
  // The optimizer makes the same of more mutants than the copy's compiler.
  const built = builtCompiler().codesWith(file, changed);
  if (built === undefined || [...built.values()].some(({ runtime }) => runtime.length > 2 + 2 * MAX_CODE))
    return { status: "invalid", by: "it is too large to deploy" };
  return builtCompiler().meansTheSame(built) ? IDENTICAL : { status: "survived", by: "" };
}

const IDENTICAL = { status: "identical", by: "the compiler makes the same bytes of it" } as const;

let asBuilt: Compiler | undefined;
/** With the settings of the working tree. */
function builtCompiler(): Compiler {
  if (asBuilt === undefined) {
    build(root);
    asBuilt = openCompiler(root);
  }
  return asBuilt;
}

/** Milliseconds after which a run with a mutant hangs. */
interface Timeouts {
  readonly mocha: number;
  readonly solidity: number;
}

/** Runs tests without any mutation: if one fails now, no kill means anything. */
function timed(run: () => Run): number {
  const started = Date.now();
  const { passed, by } = run();
  if (!passed) throw new Error(`The contracts fail without any mutation: ${by}`);
  return Math.max(60_000, SLOWER * (Date.now() - started));
}

/** Without a mutation every test passes; with a known one each kind of Solidity tests fails, so both see mutants. */
function control(project: Project, compiler: Compiler, withMocha: boolean): Timeouts {
  progress("Without any mutation …");
  const mocha = withMocha
    ? timed(() => project.test("mocha", mochaFiles(root, ""), CONTROL_TIMEOUT))
    : CONTROL_TIMEOUT;
  const solidity = timed(() => runStateful(project, new Map(), CONTROL_TIMEOUT));
  for (const given of readBreaks(root).filter(({ control: kind }) => kind !== undefined)) {
    const { noticed, by } = tryBreak(project, compiler, given, solidity, given.control);
    if (!noticed)
      throw new Error(`The ${given.control} Solidity tests did not see the control "${given.name}": ${by}`);
  }
  return { mocha, solidity };
}

/** @returns whether the random Solidity tests noticed each */
function runBreaks(project: Project, compiler: Compiler): boolean {
  const words = options.only;
  const chosen = readBreaks(root).filter(({ name }) => words.some((word) => name.includes(word)));
  if (chosen.length === 0) throw new Error(`No break has "${words.join('" or "')}" in its name.`);
  const { solidity } = control(project, compiler, false);
  let missed = 0;
  for (const given of chosen) {
    const { noticed, by } = tryBreak(project, compiler, given, solidity);
    if (!noticed) missed++;
    const otherwise = by === "" ? "" : ` (only: ${by})`;
    progress(`${noticed ? "noticed" : "MISSED"} ${given.property}: ${given.name}${noticed ? "" : otherwise}`);
  }
  progress(`${chosen.length - missed} of ${chosen.length} breaks noticed by the random Solidity tests alone`);
  return missed === 0;
}

const { sample, seed } = options;
const deadline = Date.now() + options.minutes * 60_000;
const names = [...files.keys()].filter((name) => options.contracts?.includes(name) ?? true);
const explained = JSON.parse(readFileSync(join(root, "scripts/mutants/explained.json"), "utf8")) as Record<
  string,
  Record<string, string>
>;

const project = copyProject(root);
const stop = () => {
  project.remove();
  process.exit(130);
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
try {
  progress(`Building a copy of the contracts in ${project.folder} …`);
  project.build();
  const compiler = openCompiler(project.folder);
  const mutants = new Map(
    [...files].map(([name, file]) => [name, mutantsOf(compiler.sourceOf(file), compiler.astOf(file))]),
  );

  if (options.action === "breaks") {
    if (!runBreaks(project, compiler)) process.exitCode = 1;
  } else if (options.action === "list") {
    for (const name of names) {
      for (const { key, line } of mutants.get(name)!) console.log(`${files.get(name)}:${line} ${key}`);
    }
  } else if (options.action === "run") {
    mkdirSync(results, { recursive: true });
    if (!options.resume) for (const name of names) writeFileSync(resultsOf(name), "");
    const timeouts = control(project, compiler, true);
    for (const [contract, parts] of compiler.filesByContract([...files.values()])) {
      const pool = names
        .filter((name) => parts.includes(files.get(name)!))
        .flatMap((name) => mutants.get(name)!.map((mutant) => ({ name, mutant })))
        .filter(({ mutant }) => !options.branches || BRANCH_OPERATORS.has(mutant.operator));
      if (pool.length === 0) continue;
      progress(`${contract}: ${Math.min(sample, pool.length)} of ${pool.length} mutants to run`);
      const known = new Map(
        names.map((name) => [name, readRows(name, compiler.sourceOf(files.get(name)!))] as const),
      );
      // What does not compile, or compiles to the same bytes, is not one of a sample: the next takes its place.
      let counted = 0;
      for (const { name, mutant } of shuffled(pool, seed)) {
        if (counted >= sample || Date.now() > deadline) break;
        const { key, line, operator } = mutant;
        let status = known.get(name)!.get(key)?.status;
        if (status === undefined || (status === "survived" && explained[name]?.[key] === undefined)) {
          const started = Date.now();
          const source = compiler.sourceOf(files.get(name)!);
          const isExplained = explained[name]?.[key] !== undefined;
          const verdict = judge(name, source, mutant, compiler, project, timeouts, isExplained);
          const row = { key, line, operator, ...verdict, seconds: (Date.now() - started) / 1000 };
          appendFileSync(resultsOf(name), `${JSON.stringify({ ...row, source: digest(source) })}\n`);
          if (row.status === "survived" || counted % 10 === 0)
            progress(`${row.status} ${files.get(name)}:${line} ${key} (${row.seconds.toFixed(1)} s)`);
          status = row.status;
        }
        if (status === "killed" || status === "survived") counted++;
      }
    }
  }

  if (options.action === "run" || options.action === "report") {
    const summaries = [...files].map(([name, file]) =>
      summarize(
        name,
        file,
        mutants.get(name)!,
        readRows(name, compiler.sourceOf(file)),
        explained[name] ?? {},
      ),
    );
    if (options.action === "report")
      writeFileSync(join(root, "test/contracts/MUTANTS.md"), markdown(summaries));
    const shown = summaries.filter(({ name }) => names.includes(name));
    if (options.json) console.log(JSON.stringify(shown, null, 2));
    else
      console.table(
        shown.map(({ explanations, survivors, file, ...counts }) => ({
          ...counts,
          survivors: survivors.length,
        })),
      );
    if (shown.some(({ survivors }) => survivors.length > 0)) process.exitCode = 1;
  }
} finally {
  project.remove();
}
