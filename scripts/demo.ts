// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm run demo [-- --cgm FILE --zone ZONE] [--json]
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const HELP = `The whole story on an in-process chain: deploy, enrol, seal, anchor, prove, claim, be paid;
then everything that must be refused.

  npm run demo                                       a made-up week of CGM readings
  npm run demo -- --cgm FILE --zone Europe/Berlin    your own Dexcom Clarity export
  npm run demo -- --json                             for machines (progress on stderr)

The zone is that of the clock which wrote the file; a file has none, and it is never guessed.
Exit code: 0 when every claim that should be paid is paid and every refusal happens; 1 otherwise.`;

const root = join(import.meta.dirname, "..");

function options() {
  try {
    return parseArgs({
      options: {
        cgm: { type: "string" },
        zone: { type: "string" },
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
    console.error(`${path} cannot be read (${code}). Give the path of a Dexcom Clarity export after --cgm.`);
    process.exit(2);
  }
}

const { cgm, zone, json, help } = options();
if (help) {
  console.log(HELP);
  process.exit(0);
}
if (cgm !== undefined && zone === undefined) {
  console.error(`${cgm} has local times without a zone: add --zone, for example --zone Europe/Berlin.`);
  process.exit(2);
}

// Read before anything is built: a wrong name should not cost half a minute.
const file = cgm === undefined ? undefined : readOrExit(cgm);

for (const command of [
  ["hardhat", "circuits", "build"],
  ["hardhat", "build"],
]) {
  const { status } = spawnSync(command[0]!, command.slice(1), {
    cwd: root,
    stdio: ["ignore", json ? 2 : 1, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}

// Imported only now: both read what the build has just made.
const { default: hre } = await import("hardhat");
const { readFile, textInput } = await import("@vitalproof/readers");
const { syntheticClarity, VitalproofError } = await import("@vitalproof/sdk");
const { Report } = await import("./demo/report.ts");
const { tellStory } = await import("./demo/story.ts");

const SYNTHETIC_ZONE = "Europe/Berlin";

try {
  const report = new Report(json ? process.stderr : process.stdout);
  const input = await readFile(textInput(file ?? syntheticClarity()), {
    zone: zone ?? SYNTHETIC_ZONE,
    metric: "glucose",
  });
  if (input.readings.length === 0) throw new Error(`${cgm} holds no glucose readings.`);
  report.section(
    cgm === undefined
      ? "A made-up week of glucose readings (Dexcom Clarity format, generated)"
      : `Your file: ${input.report.entries} rows, ${input.readings.length} glucose readings`,
  );
  const result = await tellStory(hre, report, { readings: input.readings, zone: zone ?? SYNTHETIC_ZONE });

  const unpaid = result.days.filter(({ holds, outcome }) => holds !== (outcome === "paid"));
  const good = report.failures.length === 0 && unpaid.length === 0;
  if (json) {
    console.log(JSON.stringify({ ok: good, ...result, read: input.report, steps: report.steps }, null, 2));
  } else {
    console.log("\nDay          in band / slots   share   missing   outcome");
    for (const day of result.days) {
      console.log(
        `${day.date}   ${`${day.inBand} / ${day.valid + day.missing}`.padStart(13)}  ${day.share.toFixed(2).padStart(7)} %  ${String(day.missing).padStart(6)}   ${day.outcome}`,
      );
    }
    console.log(`\n${result.claims} of ${result.days.length} days meet the terms; paid ${result.paid}.`);
    for (const { title, detail } of report.failures)
      console.log(`NOT REFUSED AS EXPECTED: ${title}: ${detail}`);
    for (const { date, outcome } of unpaid) console.log(`WRONG OUTCOME: ${date} was ${outcome}`);
  }
  process.exit(good ? 0 : 1);
} catch (error) {
  const known = error instanceof VitalproofError || (error instanceof Error && "code" in error);
  console.error(
    `\n${known ? (error as Error).message : error instanceof Error ? (error.stack ?? error.message) : error}`,
  );
  process.exit(1);
}
