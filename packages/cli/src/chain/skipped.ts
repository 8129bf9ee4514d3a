// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitOfId, type SkipReason } from "@vitalproof/sdk";
import { toBeHex } from "ethers";
import { dayText, instantText } from "../time.ts";

type Words = { readonly why: string; readonly todo: string };

const none = "There is nothing to do.";
const AGAIN = "Settle again then; nothing is lost.";

/** Why the contract leaves a claim out, and what can be done. What `detail` is, `SkipReason` in IClaimsPayout says. */
const SKIPPED: Readonly<Record<SkipReason, (detail: bigint) => Words>> = {
  none: () => ({ why: "it was left out without a reason", todo: "Settle again." }),
  "unknown-policy": () => ({
    why: "the contract does not know the policy",
    todo: "Check the policy's number and the deployment.",
  }),
  "unknown-period": () => ({
    why: "the policy has no such period",
    todo: "Periods count from 0; `vitalproof policy show` lists them.",
  }),
  "period-already-claimed": () => ({
    why: "the period is claimed already",
    todo: `${none} \`vitalproof claim show\` shows its state.`,
  }),
  "period-released": () => ({
    why: "it was not claimed in time, and its money was released",
    todo: "It cannot be claimed any more.",
  }),
  "period-not-over": (detail) => ({ why: `the period ends at ${instantText(Number(detail))}`, todo: AGAIN }),
  "not-anchored": (detail) => ({
    why: `${dayText(Number(detail))} is not anchored`,
    todo: "Settle again once the attester has anchored the day.",
  }),
  "circuit-not-in-force": (detail) => ({
    why: `no version of the circuit was in force at ${instantText(Number(detail))}`,
    todo: "Ask the insurer. `vitalproof circuits` shows the registry.",
  }),
  "window-closed": (detail) => ({
    why: `the time to claim it ended at ${instantText(Number(detail))}`,
    todo: "It cannot be claimed any more.",
  }),
  "circuit-blocked": (detail) => ({
    why: `the circuit is suspended until ${instantText(Number(detail))}`,
    todo: AGAIN,
  }),
  "no-active-consent": () => ({
    why: "the consent is not active for this policy",
    todo: "The patient grants one (`vitalproof consent grant`) and makes the claim again with its id.",
  }),
  "other-circuit": (detail) => ({
    why: `${nameOf(toBeHex(detail, 32))} has to be proven now`,
    todo: "The patient proves the period again.",
  }),
  "other-root": () => ({
    why: "it was proven against another root than the one on record",
    todo: "If the day was corrected, the patient gets a new path and proves again. Else check policy and period.",
  }),
};

function nameOf(id: string): string {
  const found = circuitOfId(id);
  return found === undefined ? `circuit ${id}` : found.name;
}

/** @param why a part of a sentence @returns `todo` a whole one */
export function skipWords(reason: SkipReason, detail: bigint): Words {
  return SKIPPED[reason](detail);
}
