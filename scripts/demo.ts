// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm run demo [-- --circuit NAME | --cgm FILE --zone ZONE | --ward [--keep] | --ledger] [--json]
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exit } from "./exit.ts";

const HELP = `The whole story on an in-process chain: deploy, enrol, seal, anchor, prove, claim, be paid;
then everything that must be refused.

  npm run demo                                       a synthetic week of CGM readings
  npm run demo -- --cgm FILE --zone Europe/Berlin    your own Dexcom Clarity export
  npm run demo -- --circuit NAME                   another circuit, with synthetic readings that fit it;
                                                     an unknown name lists them
  npm run demo -- --ward                             a ward: five beds whose devices send over MQTT, attester, relayer
                                                     and gateway as services, an outage, kills, and the claims
  npm run demo -- --ward --keep                      leaves them running, and says where the gateway's page is
  npm run demo -- --ledger                           a hospital's health ledger: consents, a day of accesses, an access that
                                                     no proof can hide, an emergency, a revocation by force, and what the
                                                     patient reads from the chain
  npm run demo -- --json                             for machines (progress on stderr)

The zone is that of the clock which wrote the file; a file has none, and it is never guessed.
Exit code: 0 when every claim that should be paid is paid and every refusal happens; 1 otherwise.`;

const root = join(import.meta.dirname, "..");

function options() {
  try {
    return parseArgs({
      options: {
        circuit: { type: "string" },
        cgm: { type: "string" },
        zone: { type: "string" },
        ward: { type: "boolean", default: false },
        ledger: { type: "boolean", default: false },
        keep: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

function readOrExit(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    console.error(`${path} cannot be read (${code}). Pass the path of a Dexcom Clarity export after --cgm.`);
    process.exit(2);
  }
}

const { cgm, zone, json, help, circuit, ward, ledger, keep } = options();
if (help) {
  console.log(HELP);
  process.exit(0);
}
if (cgm !== undefined && zone === undefined) {
  console.error(`${cgm} has local times without a zone: add --zone, for example --zone Europe/Berlin.`);
  process.exit(2);
}
if (circuit !== undefined && (cgm !== undefined || zone !== undefined)) {
  console.error("--circuit tells a story with synthetic readings: leave --cgm and --zone out.");
  process.exit(2);
}
if (ward && (circuit !== undefined || cgm !== undefined || zone !== undefined)) {
  console.error("--ward tells a story of its own: leave --circuit, --cgm and --zone out.");
  process.exit(2);
}
if (ledger && (ward || circuit !== undefined || cgm !== undefined || zone !== undefined)) {
  console.error("--ledger tells a story of its own: leave --ward, --circuit, --cgm and --zone out.");
  process.exit(2);
}
if (keep && !ward) {
  console.error("--keep leaves a ward running: give --ward as well.");
  process.exit(2);
}

// Read and checked before anything is built: a wrong name should not cost half a minute.
const file = cgm === undefined ? undefined : readOrExit(cgm);
const { readFile, textInput } = await import("@vitalproof/readers");
const { VitalproofError } = await import("@vitalproof/sdk");
const { ownFile, scenarioOf } = await import("./demo/scenarios.ts");
const told = await storyOrExit(circuit ?? "glucose-day");

async function storyOrExit(name: string) {
  try {
    return await scenarioOf(name);
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

const circuits = [
  ...(circuit === undefined && !ward && !ledger ? [] : ["enrolment", told.circuit]),
  ...(ledger ? ["consent-batch", "access-batch-64", "own-slot"] : []),
];
// At the same time: compiling one contract through the IR is most of the wait, on one core.
const built = await Promise.all([build("circuits", "build", ...circuits), build("build", "--no-tests")]);
for (const status of built) if (status !== 0) process.exit(status);

/** @returns Hardhat's exit code */
function build(...args: string[]): Promise<number> {
  const child = spawn("hardhat", args, {
    cwd: root,
    stdio: ["ignore", json ? 2 : 1, 2],
    shell: process.platform === "win32",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

if (ward) {
  const { runWard } = await import("./ward/run.ts");
  await exit(await runWard({ json, keep }).catch(failed));
}

if (ledger) {
  const { runLedger } = await import("./ledger/run.ts");
  await exit(await runLedger({ json }).catch(failed));
}

// Imported only now: both read what the build has just made.
const { default: hre } = await import("hardhat");
const { Report } = await import("./demo/report.ts");
const { tellStory } = await import("./demo/story.ts");

try {
  const report = new Report(json ? process.stderr : process.stdout);
  const own =
    file === undefined ? undefined : await readFile(textInput(file), { zone: zone!, metric: "glucose" });
  if (own?.readings.length === 0) throw new Error(`${cgm} holds no glucose readings.`);
  report.section(
    own === undefined
      ? told.title
      : `Your file: ${own.report.entries} rows, ${own.readings.length} glucose readings`,
  );
  const scenario = own === undefined ? told : ownFile(own.readings, zone!);
  const result = await tellStory(hre, report, scenario);

  const unpaid = result.periods.filter(({ holds, outcome }) => holds !== (outcome === "paid"));
  const good = report.failures.length === 0 && unpaid.length === 0;
  if (json) {
    const read = own === undefined ? {} : { read: own.report };
    console.log(JSON.stringify({ ok: good, ...result, ...read, steps: report.steps }, null, 2));
  } else {
    const { noun } = scenario;
    console.log(`\n${table(noun, result.periods)}`);
    console.log(
      `\n${result.claims} of ${result.periods.length} ${noun}s meet the terms; paid ${result.paid}.`,
    );
    for (const { title, detail } of report.failures)
      console.log(`NOT REFUSED AS EXPECTED: ${title}: ${detail}`);
    for (const { name, outcome } of unpaid) console.log(`WRONG OUTCOME: ${name} was ${outcome}`);
  }
  await exit(good ? 0 : 1);
} catch (error) {
  await exit(failed(error));
}

/** Says what went wrong. @returns the exit code */
function failed(error: unknown): number {
  const known = error instanceof VitalproofError || (error instanceof Error && "code" in error);
  console.error(
    `\n${known ? (error as Error).message : error instanceof Error ? (error.stack ?? error.message) : error}`,
  );
  return 1;
}

/** Periods as lines, in columns as wide as they need to be. */
function table(noun: string, periods: Awaited<ReturnType<typeof tellStory>>["periods"]): string {
  const title = noun.slice(0, 1).toUpperCase() + noun.slice(1);
  const lines = [
    [title, "in band", "slots", "got", periods[0]!.bound.endsWith("Max") ? "at most" : "at least", "missing"],
    ...periods.map(({ name, inBand, valid, missing, got, needed }) => [
      name,
      String(inBand),
      String(valid + missing),
      got,
      needed,
      String(missing),
    ]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const outcomes = ["outcome", ...periods.map(({ outcome }) => outcome)];
  return lines
    .map((line, i) => {
      const cells = line.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      );
      return [...cells, outcomes[i]!].join("   ");
    })
    .join("\n");
}
