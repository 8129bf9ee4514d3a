// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type CeremonyStatus, ceremonyStatus } from "../../ceremony/status.ts";
import "../../typeExtensions.ts";

export default async function status(
  { folder, json }: { folder: string; json: boolean },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const found = await ceremonyStatus(hre.config.circom, { folder: resolve(folder) });
  console.log(json ? JSON.stringify(found, null, 2) : describeStatus(found, folder));
}

const COMMANDS: Readonly<Record<CeremonyStatus["next"], string>> = {
  repair: "remove the wrong step's folder and all after it; what is left can be continued",
  sign: "the contributor signs statement.txt in their folder",
  contribute: "contribute --contributor NAME",
  beacon: "beacon",
  finalise: "finalise",
};

export function describeStatus(status: CeremonyStatus, folder: string): string {
  const { ceremony, circuits, steps, waiting, contributions, minimum, beacon, next } = status;
  const lines = [
    `Ceremony ${ceremony}: ${contributions} of at least ${minimum} contributions, for ${circuits.join(", ")}`,
  ];
  for (const { number, kind, contributor, signed, problems } of steps) {
    const who =
      kind === "contribution" ? (contributor ?? "?") : kind === "initial" ? "initial keys" : beacon.name;
    const state = problems.length > 0 ? "WRONG" : signed ? "done" : "not signed yet";
    lines.push(`  ${String(number).padStart(4)}  ${who}: ${state}`);
    for (const problem of problems) lines.push(`          ${problem}`);
  }
  if (!beacon.applied) {
    for (const name of waiting) lines.push(`     -  ${name}: waiting`);
    lines.push(
      `     -  beacon ${beacon.name}: ${beacon.known ? "its value is known" : "its value is not known yet"}`,
    );
  }
  const command = COMMANDS[next];
  lines.push(
    next === "repair" || next === "sign"
      ? `Next: ${command}`
      : `Next: npx hardhat circuits ceremony ${command} --folder ${folder}`,
  );
  return lines.join("\n");
}
