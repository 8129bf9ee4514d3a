// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { NodeProgram } from "./nodes.ts";
import { run } from "./run.ts";

/** Uses something of every entry. The marked line must be an error: without types everything would pass. */
const CONSUMER = `
import { circuitIdOf, type Receipt, VitalproofError } from "@vitalproof/sdk";
import { diskArtifacts } from "@vitalproof/sdk/node";
import { jsonOf } from "@vitalproof/sdk/wire";
import { readFile, textInput } from "@vitalproof/readers";
import { audit } from "@vitalproof/audit";
import { readKeys } from "@vitalproof/audit/node";
import { startServer } from "@vitalproof/services";
import circom from "@vitalproof/hardhat-circom";
import { verificationKeyHash } from "@vitalproof/hardhat-circom/circuits";

const id: string = circuitIdOf("glucose-day", 2);
// @ts-expect-error a number is not a name
export const wrong = () => circuitIdOf(2, "glucose-day");
export const day = (receipt: Receipt): number => receipt.anchorDay;
const { readings } = await readFile(textInput("time,value\\n2026-03-02T08:00:00Z,100\\n"), {
  columns: { time: "time", value: "value", unit: "mg/dL" },
});
const loaded = [diskArtifacts, jsonOf, audit, readKeys, startServer, verificationKeyHash, VitalproofError];
if (loaded.some((each) => typeof each !== "function")) throw new Error("an export is missing");
console.log(circom.id, id.length, readings.length);
`;

/** Type-checks and runs a program that uses the packages. */
export async function tryConsumer(place: string, root: string): Promise<void> {
  await writeFile(join(place, "consumer.mts"), CONSUMER);
  const tsc = createRequire(join(root, "package.json")).resolve("typescript/bin/tsc");
  const types = join(root, "node_modules/@types");
  await run(
    process.execPath,
    [
      ...[tsc, "--strict", "--module", "nodenext", "--target", "es2023", "--lib", "es2023,dom"],
      ...["--skipLibCheck", "--typeRoots", types, "--types", "node", "consumer.mts"],
    ],
    { cwd: place },
  );
  const { stdout } = await run(process.execPath, ["consumer.mjs"], { cwd: place });
  const expected = "@vitalproof/hardhat-circom 66 1\n";
  if (stdout !== expected) throw new Error(`The consumer said ${stdout.trim()}, not ${expected.trim()}.`);
}

/** A day of glucose, half of it above 180 mg/dL: the question is answered, and the answer is no. */
function csv(): string {
  const rows = Array.from({ length: 288 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 2, 2, 0, 5 * i)).toISOString();
    return `${time},${i % 2 === 0 ? 100 : 250}`;
  });
  return ["time,glucose", ...rows, ""].join("\n");
}

/** Runs the installed command; too old a Node must be refused with a sentence. @returns what came out, in words */
export async function tryCommand(place: string, node: NodeProgram): Promise<string> {
  const bin = realpathSync(join(place, "node_modules/.bin/vitalproof"));
  const vault = `vault-${node.version}`;
  const env = {
    PATH: process.env.PATH,
    VITALPROOF_VAULT: vault,
    VITALPROOF_PASSPHRASE: "a long passphrase to try",
  };
  const vitalproof = (args: readonly string[], expected = 0) =>
    run(node.path, [bin, ...args], { cwd: place, env }, expected);
  const [major, minor] = node.version.split(".").map(Number) as [number, number];
  if (major < 22 || (major === 22 && minor < 18)) {
    const { stderr } = await vitalproof(["--version"], 6);
    if (!stderr.includes("Use Node 22.18 or newer")) throw new Error(`Node ${node.version} said: ${stderr}`);
    return "refused as too old";
  }
  const { version } = createRequire(bin)("../package.json") as { version: string };
  const said = (await vitalproof(["--version"])).stdout.trim();
  if (said !== version) throw new Error(`vitalproof --version is ${said}, the package is ${version}.`);
  const { stdout: questions } = await vitalproof(["questions"]);
  if (!questions.includes("time-in-range")) throw new Error("`vitalproof questions` lacks time-in-range.");
  await writeFile(join(place, "glucose.csv"), csv());
  const check = [
    "check",
    "glucose.csv",
    "--question",
    "time-in-range",
    "--time",
    "time",
    "--value",
    "glucose",
    "--unit",
    "mg/dL",
  ];
  const answer = await vitalproof(check, 1);
  if (!answer.stdout.includes("144 readings in the band: 50.00 %"))
    throw new Error(`\`vitalproof check\` says: ${answer.stdout}`);
  await vitalproof(["identity", "new"]);
  if (!readdirSync(join(place, vault)).length) throw new Error("`vitalproof identity new` made no vault.");
  return "version, questions, check and identity new work";
}
