// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mutation tests: makes one small mistake at a time in the contracts of money,
// consent and record, and sees whether a test notices. Takes hours in full, so
// `npm test` does not run it.
//
//   npm run mutants                                  every mutant of every contract
//   npm run mutants -- --contract Claims             one contract or library (may be repeated)
//   npm run mutants -- --sample 100                  so many of each, drawn by a seeded shuffle
//   npm run mutants -- --minutes 30                  stop after this time; the shuffle keeps it a fair sample
//   npm run mutants -- --resume                      keep earlier results; run unexplained survivors and the rest
//   npm run mutants -- --list                        only name the mutants
//   npm run mutants -- --report                      write test/contracts/MUTANTS.md from the results so far
//   npm run mutants -- … --json                      the summary for machines
//
// Results are kept in build/mutants/, one line per mutant, and hold only for the
// source they were made from. Exit code 1 if a mutant survives unexplained.
// scripts/mutants/explained.json says why a survivor is harmless.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Compiler, openCompiler } from "./mutants/compiler.ts";
import { type Mutant, mutantsOf } from "./mutants/operators.ts";
import { copyProject, type Project } from "./mutants/project.ts";
import { markdown, type Row, summarize } from "./mutants/report.ts";
import { shuffled } from "./mutants/shuffled.ts";

const root = join(import.meta.dirname, "..");
const results = join(root, "build/mutants");
/** Decides which mutants a sample holds; changing it draws another sample. */
const SEED = 0x7669746c;
/** Bytes of runtime code, EIP-170. */
const MAX_CODE = 24_576;
const MOCHA_TIMEOUT = 300_000;
const SOLIDITY_TIMEOUT = 420_000;

const { values: flags } = parseArgs({
  options: {
    contract: { type: "string", multiple: true },
    sample: { type: "string" },
    minutes: { type: "string" },
    resume: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

function positive(flag: "sample" | "minutes"): number {
  const given = flags[flag];
  if (given === undefined) return Number.POSITIVE_INFINITY;
  const value = Number(given);
  if (!(value > 0)) throw new Error(`--${flag} ${given} is not a positive number.`);
  return value;
}

const files = new Map(
  [
    ...globSync("contracts/{claims,registries,verification,libraries}/*.sol", { cwd: root })
      .filter((file) => !file.endsWith(".t.sol") && !file.endsWith("/Groth16BatchVerifier.sol"))
      .sort(),
  ].map((file) => [file.slice(file.lastIndexOf("/") + 1, -4), file]),
);
for (const name of flags.contract ?? []) {
  if (!files.has(name)) {
    console.error(`There is no contract "${name}". Contracts: ${[...files.keys()].join(", ")}.`);
    process.exit(2);
  }
}

/** Files that concern a contract first: the sooner a test fails, the shorter the run. */
const first: Readonly<Record<string, readonly string[]>> = {
  ConsentRegistry: ["consents"],
  AnchorRegistry: ["anchors"],
  ClaimsState: ["programs", "policies"],
  Programs: ["programs", "tokens"],
  Policies: ["policies", "tokens"],
  Settlements: ["claims", "stops", "policies"],
  Claims: ["claims", "batches"],
  Reviews: ["claims", "policies"],
  Pauses: ["stops", "roles"],
  CircuitRegistry: ["circuits", "families", "stops"],
  Custody: ["tokens", "programs", "policies"],
  ScopeRegistry: ["scopes", "roles"],
  ScopeElements: ["scopes", "claims"],
  Stops: ["stops", "circuits"],
  ClaimFacts: ["claimFacts", "terms"],
  ClaimTerms: ["claimFacts", "terms"],
  Terms: ["programs", "terms", "claims"],
  Epochs: ["policies", "anchors"],
  Field: ["anchors", "policies"],
  Signatures: ["consents", "policies"],
  ClaimProof: ["batches", "claims", "circuits"],
  Groth16Batch: ["groth16Batch", "batches"],
  PeriodStates: ["batches", "claims"],
  VerificationKey: ["groth16Batch"],
  VerificationKeys: ["circuits", "groth16Batch"],
};

function mochaFiles(name: string): string[] {
  const all = globSync("test/contracts/*.test.ts", { cwd: root })
    .map((file) => file.slice("test/contracts/".length, -".test.ts".length))
    .filter((test) => test !== "gas") // measures, and judges nothing
    .sort();
  const early = (first[name] ?? []).filter((test) => all.includes(test));
  return [...early, ...all.filter((test) => !early.includes(test))].map(
    (test) => `test/contracts/${test}.test.ts`,
  );
}

function solidityFiles(name: string): string[] {
  const own = files.get(name)!.replace(/\.sol$/, ".t.sol");
  return [...new Set([own, "contracts/claims/ClaimsPayout.t.sol"])].filter((file) =>
    existsSync(join(root, file)),
  );
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
  original: ReturnType<Compiler["codesWith"]>,
): Pick<Row, "status" | "by"> {
  const file = files.get(name)!;
  const code = mutated(source, mutant);
  const codes = compiler.codesWith(file, code);
  if (codes === undefined) return { status: "invalid", by: "it does not compile" };
  // Every test would fail at its deployment, which says nothing about the tests.
  if ([...codes.values()].some(({ runtime }) => runtime.length > 2 + 2 * MAX_CODE)) {
    return { status: "invalid", by: "it is too large to deploy" };
  }
  if ([...codes].every(([contract, { creation }]) => original!.get(contract)!.creation === creation)) {
    return { status: "identical", by: "the compiler makes the same bytes of it" };
  }
  const mocha = project.withCodes(codes, () => project.test("mocha", mochaFiles(name), MOCHA_TIMEOUT));
  if (!mocha.passed) return { status: "killed", by: mocha.by };
  const solidity = project.withSource(file, code, () =>
    project.test("solidity", solidityFiles(name), SOLIDITY_TIMEOUT),
  );
  return solidity.passed ? { status: "survived", by: "" } : { status: "killed", by: solidity.by };
}

/** Code without its metadata hash is all that differs here: if a test fails now, no kill means anything. */
function control(name: string, project: Project, codes: ReturnType<Compiler["codesWith"]>): void {
  const mocha = project.withCodes(codes!, () => project.test("mocha", mochaFiles(name), MOCHA_TIMEOUT));
  if (!mocha.passed) throw new Error(`${name} without any mutation fails: ${mocha.by}`);
}

const deadline = Date.now() + positive("minutes") * 60_000;
const sample = positive("sample");
const names = [...files.keys()].filter((name) => flags.contract?.includes(name) ?? true);
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

  if (flags.list) {
    for (const name of names) {
      for (const { key, line } of mutants.get(name)!) console.log(`${files.get(name)}:${line} ${key}`);
    }
  } else if (!flags.report) {
    mkdirSync(results, { recursive: true });
    for (const name of names) {
      const source = compiler.sourceOf(files.get(name)!);
      const known = flags.resume ? readRows(name, source) : new Map<string, Row>();
      if (!flags.resume) writeFileSync(resultsOf(name), "");
      const chosen = shuffled(mutants.get(name)!, SEED).slice(0, sample);
      const queue = chosen.filter(({ key }) => {
        const earlier = known.get(key);
        return (
          earlier === undefined || (earlier.status === "survived" && explained[name]?.[key] === undefined)
        );
      });
      if (queue.length === 0 || Date.now() > deadline) continue;
      progress(`${name}: ${queue.length} of ${mutants.get(name)!.length} mutants to run`);
      const original = compiler.codesWith(files.get(name)!, source);
      control(name, project, original);
      for (const [index, mutant] of queue.entries()) {
        if (Date.now() > deadline) break;
        const started = Date.now();
        const verdict = judge(name, source, mutant, compiler, project, original);
        const { key, line, operator } = mutant;
        const seconds = (Date.now() - started) / 1000;
        const row = { key, line, operator, ...verdict, seconds };
        appendFileSync(resultsOf(name), `${JSON.stringify({ ...row, source: digest(source) })}\n`);
        if (row.status === "survived" || index % 10 === 0) {
          progress(`${index + 1}/${queue.length} ${row.status} ${files.get(name)}:${line} ${key}`);
        }
      }
    }
  }

  if (!flags.list) {
    const summaries = [...files].map(([name, file]) =>
      summarize(
        name,
        file,
        mutants.get(name)!,
        readRows(name, compiler.sourceOf(file)),
        explained[name] ?? {},
      ),
    );
    if (flags.report) writeFileSync(join(root, "test/contracts/MUTANTS.md"), markdown(summaries));
    const shown = summaries.filter(({ name }) => names.includes(name));
    if (flags.json) console.log(JSON.stringify(shown, null, 2));
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
