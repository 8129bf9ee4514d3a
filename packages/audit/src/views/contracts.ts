// SPDX-License-Identifier: GPL-3.0-or-later
import { getCreateAddress } from "ethers";
import type { ContractName } from "../events.ts";
import type { FindingCode } from "../findings.ts";
import { REOPEN_TIME } from "../pauseState.ts";
import { RESUME_TIME } from "../windows.ts";
import { compare, lower, type ViewContext } from "./compare.ts";

/** Longest time in a circuit registry, seconds. */
const MAX_TIME = 3 * 365 * 24 * 3600;

type Single = readonly [contract: ContractName, name: string, expected: unknown, code: FindingCode];

/** How the contracts belong together, who has which power over them, and the times that they go by. */
export async function checkContracts(context: ViewContext): Promise<void> {
  const { addresses, circuits, pauses, now } = context;
  const singles: readonly Single[] = [
    ["pauses", "circuits", addresses.circuits, "VIEW_CONTRACT_DISAGREES"],
    ["scopes", "anchors", addresses.anchors, "VIEW_CONTRACT_DISAGREES"],
    ["ledger", "circuits", addresses.circuits, "VIEW_CONTRACT_DISAGREES"],
    ["circuits", "governor", circuits.governor.holder, "VIEW_ROLE_DISAGREES"],
    ["circuits", "guardian", circuits.guardian.holder, "VIEW_ROLE_DISAGREES"],
    ["pauses", "pauser", pauses.pauser.holder, "VIEW_ROLE_DISAGREES"],
    ["pauses", "pausedUntil", pauses.pausedUntil(now), "VIEW_PAUSE_DISAGREES"],
    ["pauses", "pauseCooldown", pauses.pauseCooldown, "VIEW_PAUSE_DISAGREES"],
    ["pauses", "outageCooldown", pauses.outageCooldown, "VIEW_PAUSE_DISAGREES"],
    ["pauses", "reopenTime", REOPEN_TIME, "VIEW_PAUSE_DISAGREES"],
  ];
  for (const [contract, name, expected, code] of singles) {
    await compare(context, contract, name, [], code, {}, (result) => [[name, lower(result[0]), expected]]);
  }
  await compare(context, "pauses", "lastStopBefore", [now + 1], "VIEW_PAUSE_DISAGREES", {}, (result) => [
    ["end of the last pause or outage", result[0], pauses.lastStopBefore(now + 1)],
  ]);
  checkTimes(context);
  await checkTerms(context);
}

/** What the constructors of the registries refuse. */
function checkTimes({ circuits, findings }: ViewContext): void {
  const { delay, suspensionTime, suspensionCooldown } = circuits.facts;
  // The pause and the outage that can come between two suspensions, and the time after each stop.
  const needed = 4 * RESUME_TIME + 3 * 24 * 3600 + 2 * 24 * 3600 + suspensionTime;
  const fit =
    delay > 0 && suspensionTime >= delay && suspensionCooldown >= needed && suspensionCooldown <= MAX_TIME;
  if (fit) return;
  findings.add(
    "REGISTRY_TIMES_INVALID",
    `The circuit registry has a delay of ${delay} s and suspensions of ${suspensionTime} s with ${suspensionCooldown} s between them. At least ${needed} s between them are needed so that no window is held open by one stop after another.`,
  );
}

/** Which terms a program can have is decided by a contract that the claims contract made itself, as its first. */
async function checkTerms(context: ViewContext): Promise<void> {
  const { addresses, findings, data, block } = context;
  const expected = getCreateAddress({ from: addresses.claims, nonce: 1 }).toLowerCase();
  await compare(context, "claims", "claimTerms", [], "TERMS_CONTRACT_WRONG", {}, (result) => [
    ["contract for terms", lower(result[0]), expected],
  ]);
  if ((await data.code(expected, block)) === "0x") {
    findings.add(
      "TERMS_CONTRACT_WRONG",
      `There is no code at ${expected}, which checks the terms of programs.`,
    );
  }
}
